// Neon's own driver against the gateway: everything it can ask for.
import assert from 'node:assert/strict';
import { neon, neonConfig } from '@neondatabase/serverless';

const { GATEWAY: gateway, DATABASE: url, TABLE: table } = process.env;
neonConfig.fetchEndpoint = gateway;
const sql = neon(url);

// Values of every kind go there and come back.
const values = {
  text: `quote ' double " brace {} backslash \\ newline \n snow ☃ 😀`,
  number: 41,
  big: '9223372036854775807',
  flag: true,
  nothing: null,
  list: ['a', 'b "c"', null],
  numbers: [1, 2, 3],
  json: { a: [1, { b: null }], 'k"': '☃' },
  bytes: Buffer.from([0, 1, 255]),
  time: new Date('2026-02-03T04:05:06.789Z'),
};
const [row] = await sql`select ${values.text}::text as text, ${values.number}::int + 1 as number,
  ${values.big}::int8 as big, ${values.flag}::bool as flag, ${values.nothing}::text as nothing,
  ${values.list}::text[] as list, ${values.numbers}::int[] as numbers, ${values.json}::jsonb as json,
  ${values.bytes}::bytea as bytes, ${values.time}::timestamptz as time`;
assert.deepEqual(row, { ...values, number: 42 });

// Shapes of results.
assert.deepEqual(await sql.query('select 1 as n, 2 as n', [], { arrayMode: true }), [[1, 2]]);
const full = await sql.query('select $1::int as n', [7], { fullResults: true });
assert.deepEqual([full.command, full.rowCount, full.rows], ['SELECT', 1, [{ n: 7 }]]);
assert.deepEqual(
  [full.fields[0].name, full.fields[0].dataTypeID, full.fields[0].dataTypeSize, full.rowAsArray],
  ['n', 23, 4, false],
);
const created = await sql.query(
  `create table ${table} (id int primary key, name text not null check (name <> ''))`,
  [],
  { fullResults: true },
);
assert.deepEqual([created.command, created.rowCount, created.fields, created.rows], ['CREATE', null, [], []]);

try {
  const inserted = await sql.query(`insert into ${table} values (1, 'one'), (2, 'two')`, [], { fullResults: true });
  assert.deepEqual([inserted.command, inserted.rowCount], ['INSERT', 2]);

  // A batch is a transaction with options.
  const [level, readOnly, count] = await sql.transaction(
    (tx) => [tx`show transaction_isolation`, tx`show transaction_read_only`, tx.query(`select count(*)::int as n from ${table}`)],
    { isolationLevel: 'Serializable', readOnly: true, deferrable: true },
  );
  assert.deepEqual(
    [level, readOnly, count],
    [[{ transaction_isolation: 'serializable' }], [{ transaction_read_only: 'on' }], [{ n: 2 }]],
  );
  await assert.rejects(
    sql.transaction([sql.query(`insert into ${table} values (3, 'three')`), sql.query(`insert into ${table} values (1, 'again')`)]),
    { code: '23505', table: table.split('.')[1], schema: table.split('.')[0], severity: 'ERROR' },
  );
  await assert.rejects(sql.transaction([sql.query(`delete from ${table}`)], { readOnly: true }), { code: '25006' });
  assert.equal((await sql.query(`select count(*)::int as n from ${table}`))[0].n, 2);

  // Errors carry what the server said.
  await assert.rejects(sql.query(`insert into ${table} values (4, '')`), (error) => {
    assert.equal(error.name, 'NeonDbError');
    assert.equal(error.code, '23514');
    assert.match(error.constraint, /_name_check$/);
    assert.match(error.detail, /Failing row/);
    return true;
  });
  await assert.rejects(sql`select nonsense`, { code: '42703', position: '8', routine: 'errorMissingColumn' });
  await assert.rejects(neon(url.replace(/:[^:@/]+@/, ':wrong@'))`select 1`, /password authentication failed/);

  // Nothing of one request reaches the next.
  await sql`set search_path = pg_catalog`;
  assert.notEqual((await sql`show search_path`)[0].search_path, 'pg_catalog');
  await sql`begin`;
  assert.equal((await sql`select pg_current_xact_id_if_assigned() as id`)[0].id, null);

  // A request that its caller gives up ends on the server.
  const abort = new AbortController();
  const sleeping = sql.query('select pg_sleep(60) /* given up */', [], { fetchOptions: { signal: abort.signal } });
  setTimeout(() => abort.abort(), 300);
  await assert.rejects(sleeping);
  const others = `select count(*)::int as n from pg_stat_activity
    where query like '%/* given up */' and state = 'active' and pid <> pg_backend_pid()`;
  for (let left = 100; (await sql.query(others))[0].n > 0; left -= 1) {
    assert.ok(left > 0, 'the statement goes on');
    await new Promise((done) => setTimeout(done, 100));
  }
} finally {
  await sql.query(`drop table ${table}`);
}
console.log('@neondatabase/serverless: ok');
