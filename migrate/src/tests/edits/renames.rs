//! Renames of every kind: nothing is dropped, and what uses the thing stays as it is.

use std::fmt::Write as _;

use super::run;
use crate::facts::{Facts, read_in};
use crate::plan::{Options, Undecided, plan};
use crate::tests::plan::texts;
use crate::tests::support::Database;

/// Name, first state, what is replaced in it to get the second one, renames, how many statements.
const RENAMES: &[(&str, &str, &[(&str, &str)], &[&str], usize)] = &[
    (
        "a table with everything that uses it",
        "create table s.t (id bigserial primary key, n int check (n > 0), m int generated always as (n + 1) stored);
         create index t_n_idx on s.t (n) where n > 5; create statistics s.st on id, n from s.t; comment on column s.t.n is 'N.';
         create view s.v as select t.n, x.id from s.t join s.t x on x.n = t.n; create policy p on s.t using (n > (select max(t.n) from s.t));
         create function s.f(r s.t) returns setof s.t language sql as $$ select r.* $$; create table s.u (t_id bigint references s.t (id));
         create trigger tr after update of n on s.t for each row when (old.n <> new.n) execute function suppress_redundant_updates_trigger();
         grant select on s.t to finance_reader;",
        &[("s.t ", "s.things "), ("from s.t;", "from s.things;"), ("from s.t)", "from s.things)"), ("s.t.n", "s.things.n"), ("select t.n", "select things.n"), ("= t.n", "= things.n"), ("max(t.n)", "max(things.n)"), ("(r s.t)", "(r s.things)")],
        &["s.t=things"],
        4,
    ),
    (
        "a column with everything that uses it",
        "create table s.t (id int primary key, old text not null default 'x' unique, twin text, constraint c check (old <> twin), g text generated always as (lower(old)) stored);
         create unique index i on s.t (old, lower(old)) where old <> 'old'; create policy p on s.t using (old = 'old'); grant update (old) on s.t to finance_writer; comment on column s.t.old is 'Old.';
         create table s.u (old text, constraint fk foreign key (old) references s.t (old)); create view s.v as select a.old as x, b.twin from s.t a join s.t b on a.old = b.twin;",
        &[("key, old text", "key, new text"), ("check (old", "check (new"), ("lower(old)", "lower(new)"), ("(old, ", "(new, "), ("where old", "where new"), ("using (old", "using (new"), ("update (old)", "update (new)"), ("s.t.old", "s.t.new"), ("s.t (old)", "s.t (new)"), ("a.old", "a.new"), ("unique,", "constraint t_old_key unique,")],
        &["s.t.old=new"],
        1,
    ),
    (
        "a schema",
        "create schema one; create type one.e as enum ('a'); create table one.t (id serial primary key, e one.e default 'a'); create view one.v as select * from one.t; create index i on one.t (e);
         create function one.f(x one.e) returns one.e language sql as $$ select x $$; alter default privileges in schema one grant select on tables to finance_reader; comment on schema one is '1';",
        &[("schema one", "schema two"), ("one.", "two.")],
        &["one=two"],
        1,
    ),
    (
        "types",
        "create type s.e as enum ('a', 'b'); create domain s.d as text; create type s.c as (x int, y int); create table s.t (e s.e default 'a', d s.d, c s.c, es s.e[], constraint k check (e <> 'b'));
         create view s.v as select 'a'::s.e as e; create function s.f(e s.e) returns s.d language sql as $$ select '' $$;",
        &[("s.e", "s.e2"), ("domain s.d", "domain s.d2"), ("d s.d,", "d s.d2,"), ("returns s.d ", "returns s.d2 "), ("s.c ", "s.c2 "), ("s.c,", "s.c2,"), ("y int)", "z int)"), ("('a', 'b')", "('a', 'c')"), ("<> 'b'", "<> 'c'")],
        &["s.e=e2", "s.d=d2", "s.c=c2", "s.c.y=z", "s.e.b=c"],
        5,
    ),
    (
        "a column of a partitioned table",
        "create table s.p (k int, v text default 'a', constraint p_v check (v <> '')) partition by list (k); create table s.p1 partition of s.p for values in (1);
         alter table s.p1 alter v set default 'b'; comment on column s.p1.v is 'V.'; create view s.w as select k from s.p1 where v = 'v'; create index p_i on s.p (v);",
        &[("v text", "w text"), ("check (v", "check (w"), ("alter v", "alter w"), ("s.p1.v", "s.p1.w"), ("where v", "where w"), ("s.p (v)", "s.p (w)")],
        &["s.p.v=w"],
        1,
    ),
    (
        "a view, a materialized view and a sequence",
        "create sequence s.q; create table s.t (n int default nextval('s.q')); create view s.v as select n from s.t; create materialized view s.m as select n from s.v; create view s.w as select v.n, m.n as o from s.v, s.m; grant select on s.v to finance_writer;",
        &[("s.q", "s.q2"), ("view s.v as", "view s.v2 as"), ("from s.v;", "from s.v2;"), ("v.n, m.n", "v2.n, m2.n"), ("from s.v, s.m;", "from s.v2, s.m2;"), ("view s.m as", "view s.m2 as"), ("on s.v to", "on s.v2 to")],
        &["s.q=q2", "s.v=v2", "s.m=m2"],
        3,
    ),
    (
        "a table that moves and is called otherwise, with a new column",
        "create schema other; create table s.t (id bigint generated always as identity, n serial, constraint t_pkey primary key (id)); create index t_n on s.t (n); create table s.u (id bigint references s.t);",
        &[("table s.t (", "table other.x (z int, "), ("on s.t ", "on other.x "), ("references s.t", "references other.x")],
        &["s.t=other.x"],
        5,
    ),
    (
        "two columns that change places",
        "create table s.t (a int, b int, c text); create index i on s.t (b);",
        &[("a int, b int, c text", "y int, x int, z text"), ("s.t (b)", "s.t (x)")],
        &["s.t.a=y", "s.t.b=x", "s.t.c=z"],
        3,
    ),
];

#[tokio::test]
async fn a_rename_keeps_everything_as_it_is() {
    let database = Database::empty("finance").await;
    let mut client = database.owner().await;
    client.batch_execute("create schema s").await.unwrap();
    let mut faults = String::new();
    for (name, first, changes, renames, statements) in RENAMES {
        let mut second = (*first).to_owned();
        for (old, new) in *changes {
            assert!(second.contains(old), "{name}: {old}");
            second = second.replace(old, new);
        }
        let mut states: Vec<Facts> = Vec::new();
        for state in [*first, second.as_str()] {
            let transaction = client.transaction().await.unwrap();
            match transaction.batch_execute(state).await {
                Ok(()) => states.push(read_in(&transaction).await.unwrap()),
                Err(error) => {
                    let _ = writeln!(faults, "---- {name}: {}\n{state}", db::Chain(&error));
                }
            }
            transaction.rollback().await.unwrap();
        }
        let [from, to] = states.as_slice() else { continue };
        let hints = renames.iter().map(|hint| hint.parse().unwrap()).collect();
        let options = Options { renames: hints, ..Options::default() };
        let planned = match plan(from, to, &options) {
            Ok(planned) => planned,
            Err(undecided) => {
                let _ = writeln!(faults, "---- {name}: {undecided}");
                continue;
            }
        };
        let text = texts(&planned);
        let transaction = client.transaction().await.unwrap();
        transaction.batch_execute(first).await.unwrap();
        if let Err(fault) = run(&transaction, &planned, to, &[]).await {
            let _ = writeln!(faults, "---- {name}: {fault}\n{text}");
        }
        transaction.rollback().await.unwrap();
        let count: usize = planned.changes().map(|change| crate::split(&change.sql).len()).sum();
        if count != *statements {
            let _ = writeln!(faults, "---- {name}: {count} statements, not {statements}\n{text}");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[tokio::test]
async fn a_rename_of_nothing_or_to_nothing_is_refused() {
    let database = Database::empty("finance").await;
    let mut client = database.owner().await;
    client.batch_execute("create table public.t (a int)").await.unwrap_or_default();
    let from = crate::facts::inspect(&mut client).await.unwrap();

    for hint in ["app.none=x", "app.none.a=b", "public=private"] {
        let options = Options { renames: vec![hint.parse().unwrap()], ..Options::default() };
        let refused = plan(&from, &from, &options);
        assert!(matches!(refused, Err(Undecided::UnknownRename { .. })), "{hint}: {refused:?}");
    }
    assert!("app.users".parse::<crate::plan::RenameHint>().is_err());
}
