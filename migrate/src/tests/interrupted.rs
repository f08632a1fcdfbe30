//! Files without a transaction: what a failure or a crash in the middle leaves, and how the next run goes on.

use super::support::{Database, directory, value, values};
use crate::{Error, apply};

const REVISION: &str = "
    select concat_ws(' ', applied, total, coalesce(error, '-'), coalesce(error_stmt, '-'),
      coalesce(jsonb_array_length(partial_hashes)::text, '-'))
    from atlas_schema_revisions.atlas_schema_revisions where version = '2'";
const TABLE: (&str, &str) = ("1_table.sql", "create schema a; create table a.t (n int);");

fn none(body: &str) -> String {
    format!("-- atlas:txmode none\n\n{body}")
}

#[tokio::test]
async fn an_index_can_be_made_concurrently() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let body = none(
        "create index concurrently t_n on a.t (n);\ncreate index concurrently t_n2 on a.t (n);",
    );

    let report = apply(&mut owner, &directory(&[TABLE, ("2_index.sql", &body)])).await.unwrap();

    assert_eq!(report.applied[1].statements, 2);
    assert_eq!(value::<String>(&owner, REVISION).await, "2 2 - - -");
    assert_eq!(
        value::<i64>(
            &owner,
            "select count(*) from pg_index where indrelid = 'a.t'::regclass and indisvalid"
        )
        .await,
        2
    );
}

#[tokio::test]
async fn a_failed_statement_is_where_the_next_run_goes_on() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let bad = none(
        "insert into a.t values (1);\ninsert into a.t values ('x');\ninsert into a.t values (3);",
    );
    let good = bad.replace("'x'", "2");

    let error = apply(&mut owner, &directory(&[TABLE, ("2_rows.sql", &bad)])).await.unwrap_err();
    let left: String = value(&owner, REVISION).await;
    let report = apply(&mut owner, &directory(&[TABLE, ("2_rows.sql", &good)])).await.unwrap();

    assert!(
        error.to_string().starts_with("2_rows.sql:4:25: statement 2 failed: insert into a.t"),
        "{error}"
    );
    assert_eq!(
        left,
        "1 3 invalid input syntax for type integer: \"x\" insert into a.t values ('x'); 1"
    );
    assert_eq!((report.applied.len(), report.already), (1, 1));
    assert_eq!(values::<i32>(&owner, "select n from a.t order by n").await, [1, 2, 3]);
    assert_eq!(value::<String>(&owner, REVISION).await, "3 3 - - -");
}

#[tokio::test]
async fn a_statement_that_took_effect_may_not_change() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let bad = none("insert into a.t values (1);\ninsert into a.t values ('x');");
    apply(&mut owner, &directory(&[TABLE, ("2_rows.sql", &bad)])).await.unwrap_err();

    let other = none("insert into a.t values (9);\ninsert into a.t values (2);");
    let error = apply(&mut owner, &directory(&[TABLE, ("2_rows.sql", &other)])).await.unwrap_err();

    assert!(matches!(error, Error::HistoryChanged { statement: Some(1), .. }), "{error:?}");
}

#[tokio::test]
async fn a_run_that_was_killed_needs_a_person() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let body =
        none("insert into a.t values (1);\nselect pg_sleep(600);\ninsert into a.t values (3);");
    let files = directory(&[TABLE, ("2_rows.sql", &body)]);
    let pid: i32 = value(&owner, "select pg_backend_pid()").await;
    let watcher = database.superuser().await;

    let killed = async {
        let sleeping = format!(
            "select count(*) from pg_stat_activity where pid = {pid} and query like 'select pg_sleep%'"
        );
        while value::<i64>(&watcher, &sleeping).await == 0 {
            tokio::task::yield_now().await;
        }
        watcher.batch_execute(&format!("select pg_terminate_backend({pid})")).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(apply(&mut owner, &files), killed);
    let mut next = database.owner().await;
    let error = apply(&mut next, &files).await.unwrap_err();

    outcome.unwrap_err();
    assert!(
        matches!(&error, Error::Dirty { file, statement: 2, .. } if file == "2_rows.sql"),
        "{error:?}"
    );
    // As the error says: statement 2 did take effect.
    next.batch_execute("update atlas_schema_revisions.atlas_schema_revisions set applied = 2, error = 'checked' where version = '2'")
        .await
        .unwrap();
    apply(&mut next, &files).await.unwrap();
    assert_eq!(values::<i32>(&next, "select n from a.t order by n").await, [1, 3]);
}

#[tokio::test]
async fn a_killed_transaction_file_is_simply_run_again() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let pid: i32 = value(&owner, "select pg_backend_pid()").await;
    let watcher = database.superuser().await;
    let slow =
        directory(&[TABLE, ("2_rows.sql", "insert into a.t values (1); select pg_sleep(600);")]);
    let quick = directory(&[TABLE, ("2_rows.sql", "insert into a.t values (1); select 1;")]);

    let killed = async {
        let busy = format!(
            "select count(*) from pg_stat_activity where pid = {pid} and wait_event = 'PgSleep'"
        );
        while value::<i64>(&watcher, &busy).await == 0 {
            tokio::task::yield_now().await;
        }
        watcher.batch_execute(&format!("select pg_terminate_backend({pid})")).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(apply(&mut owner, &slow), killed);
    let mut next = database.owner().await;
    let report = apply(&mut next, &quick).await.unwrap();

    outcome.unwrap_err();
    assert_eq!((report.applied.len(), report.already), (1, 1));
    assert_eq!(values::<i32>(&next, "select n from a.t").await, [1]);
}

#[tokio::test]
async fn a_lock_timeout_is_tried_again() {
    let database = Database::empty("content").await;
    let (mut owner, reader) = (database.owner().await, database.owner().await);
    apply(&mut owner, &directory(&[TABLE])).await.unwrap();
    reader.batch_execute("begin; select * from a.t").await.unwrap();
    let watcher = database.superuser().await;
    let pid: i32 = value(&owner, "select pg_backend_pid()").await;
    let text = "set local lock_timeout = '300ms'; alter table a.t add m int;";
    let files = directory(&[TABLE, ("2_add.sql", text)]);

    let release = async {
        let waiting =
            format!("select exists (select from pg_locks where pid = {pid} and not granted)");
        while !value::<bool>(&watcher, &waiting).await {
            tokio::task::yield_now().await;
        }
        while value::<bool>(&watcher, &waiting).await {
            tokio::task::yield_now().await;
        }
        // The first attempt has failed by now.
        reader.batch_execute("commit").await.unwrap();
    };
    let (report, ()) = tokio::join!(apply(&mut owner, &files), release);

    assert_eq!(report.unwrap().applied.len(), 1);
}
