// Node.js with drizzle-orm on node-postgres, bundled: the three requests of `bench/limit`.
import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { bigint, date, integer, pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";
import pg from "pg";

import { moment, serve } from "../runtime.mjs";

const giving = pgSchema("giving");
const at = (name) => timestamp(name, { mode: "string", withTimezone: true });
const contributors = giving.table("contributors", { id: uuid("id"), contactRef: uuid("contact_ref") });
const contributions = giving.table("contributions", {
  id: uuid("id"),
  contributor_id: uuid("contributor_id"),
  fund_id: uuid("fund_id"),
  project_ref: uuid("project_ref"),
  designation: text("designation"),
  amount_minor: bigint("amount_minor", { mode: "number" }),
  currency: text("currency"),
  note: text("note"),
  status: text("status"),
  occurred_on: date("occurred_on", { mode: "string" }),
  settled_at: at("settled_at"),
  journal_id: uuid("journal_id"),
  created_at: at("created_at"),
  version: integer("version"),
});
const columns = contributions;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1, idleTimeoutMillis: 0 });
const db = drizzle(pool);
// Connects while the first event is on its way.
pool.connect().then((client) => client.release(), () => {});

function contribution({ amount_minor, currency, settled_at, created_at, ...row }) {
  const amount = { amount: Number(amount_minor), currency };
  return { ...row, amount, settled_at: moment(settled_at), created_at: moment(created_at) };
}

const rows = () =>
  db.select({ t: columns }).from(contributions).innerJoin(contributors, eq(contributors.id, contributions.contributor_id));

async function find(id) {
  const [row] = await rows().where(eq(contributions.id, id));
  return row ? json(200, contribution(row.t)) : json(404, null);
}

async function list({ limit = "20", contributor, after, afterId }) {
  const { id, contributor_id, created_at } = contributions;
  const found = await rows()
    .where(
      and(
        contributor && eq(contributor_id, contributor),
        after && or(gt(created_at, after), and(eq(created_at, after), gt(id, afterId))),
      ),
    )
    .orderBy(asc(created_at), asc(id))
    .limit(Number(limit) + 1);
  return json(200, { data: found.slice(0, Number(limit)).map(({ t }) => contribution(t)) });
}

async function create(key, input) {
  const hash = Buffer.alloc(32);
  const actor = "00000000-0000-0000-0000-000000000000";
  const { rows: created } = await db.execute(sql`
    select t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency, t.note, t.status,
      t.occurred_on::text, t.settled_at::text, t.journal_id, t.created_at::text, t.version
    from giving.contributors c
    cross join lateral giving.contribute('drizzle', ${key}, ${hash}, ${input.id}, c.id, ${input.project_ref ?? null},
      ${input.amount.amount}, ${input.amount.currency}, ${input.note}, ${input.occurred_on}, ${actor}, ${crypto.randomUUID()}) t
    where c.id = ${input.contributor_id}`);
  return created.length ? json(201, contribution(created[0])) : json(422, null);
}

const json = (statusCode, body) => ({ statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

serve(async (event) => {
  const id = event.rawPath.split("/")[4];
  if (event.requestContext.http.method === "POST") {
    return create(event.headers["idempotency-key"], JSON.parse(event.body));
  }
  return id ? find(id) : list(event.queryStringParameters ?? {});
});
