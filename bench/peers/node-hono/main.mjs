// Node.js with hono on postgres.js, bundled: the three requests of `bench/limit`.
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import postgres from "postgres";

import { moment, serve } from "../runtime.mjs";

const asText = (oid) => ({ to: oid, from: [oid], serialize: (value) => value, parse: (value) => value });
const sql = postgres(process.env.DATABASE_URL, {
  max: 1,
  // A transaction pooler keeps no prepared statement for its client.
  prepare: false,
  fetch_types: false,
  types: { timestamptz: asText(1184), date: asText(1082) },
});
// Connects while the first event is on its way.
sql`select 1`.catch(() => {});

const columns = sql`t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
  t.note, t.status, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version`;
const rows = sql`giving.contributions t join giving.contributors c on c.id = t.contributor_id`;

function contribution({ amount_minor, currency, settled_at, created_at, ...row }) {
  const amount = { amount: Number(amount_minor), currency };
  return { ...row, amount, settled_at: moment(settled_at), created_at: moment(created_at) };
}

const app = new Hono().basePath("/v1/finance/contributions");

app.get("/:id", async (c) => {
  const [row] = await sql`select ${columns} from ${rows} where t.id = ${c.req.param("id")}`;
  return row ? c.json(contribution(row)) : c.json(null, 404);
});

app.get("/", async (c) => {
  const limit = Number(c.req.query("limit") ?? 20);
  const { contributor = null, after = null, afterId = null } = c.req.query();
  const found = await sql`select ${columns} from ${rows}
    where (${contributor}::uuid is null or t.contributor_id = ${contributor})
      and (${after}::timestamptz is null or (t.created_at, t.id) > (${after}, ${afterId}::uuid))
    order by t.created_at, t.id limit ${limit + 1}`;
  return c.json({ data: found.slice(0, limit).map(contribution) });
});

app.post("/", async (c) => {
  const input = await c.req.json();
  const actor = "00000000-0000-0000-0000-000000000000";
  const [row] = await sql`select ${columns} from giving.contributors c
    cross join lateral giving.contribute('hono', ${c.req.header("idempotency-key")}, ${Buffer.alloc(32)}, ${input.id}, c.id,
      ${input.project_ref ?? null}, ${input.amount.amount}, ${input.amount.currency}, ${input.note}, ${input.occurred_on},
      ${actor}, ${crypto.randomUUID()}) t
    where c.id = ${input.contributor_id}`;
  return row ? c.json(contribution(row), 201) : c.json(null, 422);
});

serve(handle(app));
