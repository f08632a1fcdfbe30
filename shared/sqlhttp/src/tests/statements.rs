use postgres_types::Type;

use super::{both, run, soon};
use crate::{Batch, Error, Isolation, typed};

#[test]
fn a_parameter_gets_its_type_wherever_it_stands() {
    let types = [Type::INT8, Type::TEXT_ARRAY];
    for (sql, expected) in [
        ("select $1", "select ($1::pg_catalog.int8)"),
        ("x = any($2) and y=$1", "x = any(($2::pg_catalog._text)) and y=($1::pg_catalog.int8)"),
        (
            "select '$1', \"$1\", $$ $1 $$, $a$ $1 $a$, $1",
            "select '$1', \"$1\", $$ $1 $$, $a$ $1 $a$, ($1::pg_catalog.int8)",
        ),
        (
            "select E'\\'$1', 'it''s $1', a$1 -- $1\n/* $1 /* */ $1 */ , $1",
            "select E'\\'$1', 'it''s $1', a$1 -- $1\n/* $1 /* */ $1 */ , ($1::pg_catalog.int8)",
        ),
        ("select $3, $0, $10, $", "select $3, $0, $10, $"),
        ("select 'never closed $1", "select 'never closed $1"),
        ("select ☃$1, \u{e9}'$1'", "select ☃$1, \u{e9}'$1'"),
    ] {
        assert_eq!(typed(sql, &types), expected);
    }
    assert_eq!(typed("select $1", &[Type::UNKNOWN]), "select $1");
}

#[test]
fn statements_that_end_a_batch_early_or_need_a_session_are_refused() {
    let refused = |sql: &str| matches!(Batch::new().push(sql, &[]), Err(Error::Statement { .. }));

    for sql in [
        "commit",
        " /* a /* b */ */ -- c\n COMMIT",
        "; Begin",
        "start transaction",
        "rollback to x",
        "savepoint a",
        "release a",
        "end",
        "abort",
        "prepare transaction 'x'",
        "set search_path = x",
        "set session x = 1",
        "set transaction read only",
        "copy t from stdin",
        "listen x",
        "declare c cursor for select 1",
    ] {
        assert!(refused(sql), "{sql}");
    }
    for sql in [
        "",
        "select 1",
        "set local lock_timeout = 1",
        "prepare x as select 1",
        "with begin as (select 1) select 2",
    ] {
        assert!(!refused(sql), "{sql}");
    }
}

#[test]
fn a_batch_is_one_transaction_with_its_options() {
    run(async {
        for both in both().await {
            let mut batch =
                Batch::new().isolation(Isolation::Serializable).read_only().deferrable();
            for what in ["isolation", "read_only", "deferrable"] {
                batch
                    .push(&format!("select current_setting('transaction_{what}') as it"), &[])
                    .unwrap();
            }
            let results = both.http.batch(&batch, soon()).await.unwrap();

            let settings: Vec<String> =
                results.iter().map(|rows| rows[0].try_get("it").unwrap()).collect();
            assert_eq!(settings, ["serializable", "on", "on"]);
            assert!(both.http.batch(&Batch::new(), soon()).await.unwrap().is_empty());
        }
    });
}

#[test]
fn a_batch_takes_effect_as_a_whole_or_not_at_all() {
    run(async {
        for both in both().await {
            let table = format!("public.sqlhttp_batch_{}", std::process::id());
            both.tcp.batch_execute(&format!("drop table if exists {table}; create table {table} (n int8 constraint positive check (n > 0))")).await.unwrap();
            let insert = format!("insert into {table} values ($1) returning n");
            let push =
                |batch: &mut Batch, n: i64| batch.push(&insert, &[(&n, Type::INT8)]).unwrap();
            let mut good = Batch::new();
            push(&mut good, 1);
            push(&mut good, 2);
            let mut bad = good.clone();
            push(&mut bad, -1);

            let done = both.http.batch(&good, soon()).await.unwrap();
            let failed = both.http.batch(&bad, soon()).await.unwrap_err();
            let rows = both
                .http
                .query(&format!("select count(*) as n from {table}"), &[], soon())
                .await
                .unwrap();
            both.tcp.batch_execute(&format!("drop table {table}")).await.unwrap();

            assert_eq!(done[1][0].try_get::<i64>("n").unwrap(), 2);
            assert_eq!((failed.sqlstate(), failed.constraint()), (Some("23514"), Some("positive")));
            assert!(failed.request_id().is_some() && !failed.retryable());
            assert!(!failed.to_string().contains("Failing row"), "{failed}");
            assert_eq!(rows[0].try_get::<i64>("n").unwrap(), 2);
        }
    });
}
