// drizzle-orm's neon-http against the gateway.
import assert from 'node:assert/strict';
import { neon, neonConfig } from '@neondatabase/serverless';
import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import { bigint, boolean, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const { GATEWAY: gateway, DATABASE: url, TABLE: name } = process.env;
neonConfig.fetchEndpoint = gateway;
const db = drizzle(neon(url));
const [schema, relation] = name.split('.');
const people = pgSchema(schema).table(relation, {
  id: uuid().primaryKey(),
  rank: integer().notNull(),
  minor: bigint({ mode: 'number' }).notNull(),
  name: text().notNull(),
  tags: text().array().notNull(),
  more: jsonb(),
  active: boolean().notNull().default(true),
  since: timestamp({ withTimezone: true, mode: 'string' }).notNull(),
});
await db.execute(sql.raw(`create table ${name} (id uuid primary key, rank int not null, minor bigint not null,
  name text not null, tags text[] not null, more jsonb, active boolean not null default true, since timestamptz not null)`));
try {
  const ada = { id: crypto.randomUUID(), rank: 1, minor: 2 ** 40, name: `Ada "☃" O'Hara \\`, tags: ['a', 'b,"c"', '{}', 'NULL'], more: { k: [1, null] }, since: '2026-01-02 03:04:05+00' };
  const bo = { ...ada, id: crypto.randomUUID(), rank: 2, name: 'Bo', tags: [], more: null };
  const inserted = await db.insert(people).values([ada, bo]).returning();
  assert.deepEqual(inserted, [{ ...ada, active: true }, { ...bo, active: true }]);

  const found = await db.select().from(people).where(and(eq(people.active, true), inArray(people.rank, [1, 2]))).orderBy(desc(people.rank)).limit(1);
  assert.deepEqual(found, [{ ...bo, active: true }]);

  const [updated, all] = await db.batch([
    db.update(people).set({ active: false }).where(eq(people.id, bo.id)).returning({ active: people.active }),
    db.select({ n: count() }).from(people),
  ]);
  assert.deepEqual([updated, all], [[{ active: false }], [{ n: 2 }]]);

  await assert.rejects(db.batch([db.delete(people), db.insert(people).values(ada), db.insert(people).values(ada)]));
  assert.equal(await db.$count(people), 2);
} finally {
  await db.execute(sql.raw(`drop table ${name}`));
}
console.log('drizzle-orm/neon-http: ok');
