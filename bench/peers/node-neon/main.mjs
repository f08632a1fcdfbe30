// Node.js with Neon's own driver over HTTP, bundled: the two reads of `bench/limit`, one request each.
import { neon, neonConfig } from "@neondatabase/serverless";

import { moment, serve } from "../runtime.mjs";

neonConfig.fetchEndpoint = process.env.SQL_HTTP_URL;
const sql = neon(process.env.DATABASE_URL);

const columns = `t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
  t.note, t.status, t.occurred_on::text, t.settled_at::text, t.journal_id, t.created_at::text, t.version`;
const rows = "giving.contributions t join giving.contributors c on c.id = t.contributor_id";

function contribution({ amount_minor, currency, settled_at, created_at, ...row }) {
  const amount = { amount: Number(amount_minor), currency };
  return { ...row, amount, settled_at: moment(settled_at), created_at: moment(created_at) };
}

async function find(id) {
  const [row] = await sql.query(`select ${columns} from ${rows} where t.id = $1`, [id]);
  return row ? json(200, contribution(row)) : json(404, null);
}

async function list({ limit = "20", contributor = null, after = null, afterId = null }) {
  const found = await sql.query(
    `select ${columns} from ${rows}
     where ($1::uuid is null or t.contributor_id = $1)
       and ($2::timestamptz is null or (t.created_at, t.id) > ($2, $3::uuid))
     order by t.created_at, t.id limit $4`,
    [contributor, after, afterId, Number(limit) + 1],
  );
  return json(200, { data: found.slice(0, Number(limit)).map(contribution) });
}

const json = (statusCode, body) => ({ statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

serve(async (event) => {
  const id = event.rawPath.split("/")[4];
  return id ? find(id) : list(event.queryStringParameters ?? {});
});
