//! Every constraint and trigger that guards money is taken away in turn: what it refuses must then get through, or be
//! refused by another. A guard that nothing tells from its absence would guard nothing.
use db::Domain;
use testdb::App;
use tokio_postgres::Client;

mod around;
mod books;
mod gift_aid;
mod giving;
mod trade;
mod written;

/// The shortest way to write raw rows, and what the attacks need to be there.
const TOOLS: &str = "
  create function pg_temp.account(text) returns uuid language sql as $$
    select ledger.leaf_account($1, case when $1 >= '3000' then (select f.id from ledger.funds f where f.code = 'GEN') end, 'GBP')
  $$;
  create function pg_temp.journal(kind text, lines integer) returns uuid language sql as $$
    insert into ledger.journals (kind, effective_date, source_type, source_id, lines, reason)
    values ($1, finance.today(), 'test', gen_random_uuid(), $2, 'test') returning id
  $$;
  create function pg_temp.two(kind text, a bigint, b bigint) returns void language sql as $$
    with j as materialized (select pg_temp.journal($1, 2) as id)
    insert into ledger.entries (journal_id, line, account_id, currency, amount)
    select id, 1, pg_temp.account('1200'), 'GBP', $2 from j
    union all select id, 2, pg_temp.account('4000'), 'GBP', $3 from j
  $$;
  create function pg_temp.refuse(boolean) returns void language plpgsql as $$
    begin if $1 then raise exception 'found' using errcode = 'P0999'; end if; end
  $$;
  select pg_temp.account(code) from unnest(array['1200', '3900', '4000']) code;
  select ledger.seal(1000)";

/// Where a guard is, its name, and what it refuses. An attack that ends in `pg_temp.refuse` shows what the guard does
/// instead of refusing.
type Guard = (&'static str, &'static str, &'static str);

/// How it ends: SQLSTATE, and the table and constraint that are named; empty if it is let through.
async fn ends(session: &Client, sql: &str) -> String {
    let tried =
        session.batch_execute(&format!("begin; {sql}; set constraints all immediate")).await;
    session.batch_execute("rollback").await.unwrap();
    match tried {
        Ok(()) => String::new(),
        Err(error) => {
            let error = error.as_db_error().expect("the server has an opinion");
            let [table, constraint] =
                [error.table(), error.constraint()].map(Option::unwrap_or_default);
            format!("{} {table} {constraint} ({})", error.code().code(), error.message())
        }
    }
}

/// How to take a guard away, whatever it is.
async fn removal(session: &Client, table: &str, name: &str) -> Option<String> {
    let what = format!(
        "select case
           when exists (select from pg_trigger where tgrelid = '{table}'::regclass and tgname = '{name}')
             then 'drop trigger {name} on {table}'
           when exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = '{name}')
             then 'alter table {table} drop constraint {name} cascade'
           when to_regclass(split_part('{table}', '.', 1) || '.{name}') is not null
             then 'drop index ' || split_part('{table}', '.', 1) || '.{name}'
         end"
    );
    first_values(session, &what).await.pop()
}

/// The first value of every row, if there is one.
async fn first_values(session: &Client, sql: &str) -> Vec<String> {
    let answer = session.simple_query(sql).await.unwrap();
    let rows = answer.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    rows.collect()
}

fn guards() -> impl Iterator<Item = &'static Guard> {
    [
        books::GUARDS,
        giving::GUARDS,
        gift_aid::GUARDS,
        around::GUARDS,
        trade::GUARDS,
        written::GUARDS,
    ]
    .into_iter()
    .flatten()
}

/// What guards and has no attack: a trigger's function that no guard stands for, and any key or trigger of the books
/// themselves. Time stamps and the audit log have tests of their own; hold_invoice and hold_contacts only wait for a lock.
const UNTRIED: &str = "
  select distinct 'function ' || tgfoid::regproc from pg_trigger t join pg_class c on c.oid = tgrelid
  where not tgisinternal and tgparentid = 0
    and tgfoid::regproc::text !~ '\\.(touch|record_change|queue_entry|guard_seal|hold_invoice|hold_contacts)$'
    and not exists (
      select from pg_trigger other join pg_temp.guards g on g.at = other.tgrelid::regclass and g.name = other.tgname
      where other.tgfoid = t.tgfoid)
  union all
  select 'trigger ' || tgname || ' of ' || tgrelid::regclass from pg_trigger
  where not tgisinternal and tgrelid::regclass::text like 'ledger.%'
    and tgfoid::regproc::text !~ '\\.(touch|record_change)$'
    and not exists (select from pg_temp.guards g where g.at = tgrelid::regclass and g.name = tgname)
  union all
  select 'constraint ' || conname || ' of ' || conrelid::regclass from pg_constraint
  where contype in ('u', 'x') and connamespace = 'ledger'::regnamespace
    and not exists (select from pg_temp.guards g where g.at = conrelid::regclass and g.name = conname)
  order by 1";

#[tokio::test]
async fn each_guard_of_money_is_missed_when_it_is_gone() {
    let app = App::new(Domain::Finance).await;
    let session = app.database.superuser().await;
    session.batch_execute(TOOLS).await.unwrap();

    let mut wrong = Vec::new();
    for (table, name, attack) in guards() {
        let Some(removal) = removal(&session, table, name).await else {
            wrong.push(format!("{table} has no {name}"));
            continue;
        };
        let with = ends(&session, attack).await;
        let without = ends(&session, &format!("{removal}; {attack}")).await;
        if with.is_empty() {
            wrong.push(format!("{table} {name}: the attack is let through"));
        } else if with == without {
            wrong.push(format!("{table} {name}: nobody misses it: {with}"));
        }
    }

    let known: Vec<_> =
        guards().map(|(table, name, _)| format!("('{table}'::regclass, '{name}')")).collect();
    let known = known.join(", ");
    let fill = format!("create temp table guards as select * from (values {known}) g (at, name)");
    session.batch_execute(&fill).await.unwrap();
    wrong.extend(
        first_values(&session, UNTRIED).await.into_iter().map(|it| format!("untried: {it}")),
    );

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(app.count("ledger.invariant_breaks").await, 0, "all of it was taken back");
}
