use std::error::Error as _;
use std::time::Duration;

use super::support::{Database, directory, migrations, value, values};
use crate::{Error, LOCK, Options, apply, apply_with};

const REVISIONS: &str = "atlas_schema_revisions.atlas_schema_revisions";

#[tokio::test]
async fn an_empty_database_gets_every_migration_once() {
    for domain in ["platform", "projects", "finance", "content"] {
        let database = Database::empty(domain).await;
        let mut owner = database.owner().await;
        let files = migrations(domain);

        let first = apply(&mut owner, &files).await.unwrap();
        let second = apply(&mut owner, &files).await.unwrap();

        assert_eq!((first.applied.len(), first.already), (files.files().len(), 0), "{domain}");
        assert_eq!((second.applied.len(), second.already), (0, files.files().len()), "{domain}");
    }
}

#[tokio::test]
async fn a_revision_is_recorded_as_atlas_would() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let text = "create schema a;\ncreate table a.b ();";
    let files = directory(&[("20250101000000_two_things.sql", text)]);

    apply(&mut owner, &files).await.unwrap();

    let row: String = value(
        &owner,
        &format!(
            "select concat_ws(' ', version, description, type, applied, total, hash, coalesce(error, '-'),
               coalesce(error_stmt, '-'), coalesce(partial_hashes::text, '-'),
               executed_at between now() - interval '1 hour' and now(), execution_time > 0,
               operator_version like 'aruuri migrate %')
             from {REVISIONS}"
        ),
    )
    .await;
    let hash = files.sum().lines().nth(1).unwrap().split_once(" h1:").unwrap().1.to_owned();
    assert_eq!(row, format!("20250101000000 two_things 2 2 2 {hash} - - - t t t"));
    let columns: Vec<String> = values(
        &owner,
        "select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull)
         from pg_attribute
         where attrelid = 'atlas_schema_revisions.atlas_schema_revisions'::regclass and attnum > 0 order by attnum",
    )
    .await;
    assert_eq!(
        columns,
        [
            "version character varying t",
            "description character varying t",
            "type bigint t",
            "applied bigint t",
            "total bigint t",
            "executed_at timestamp with time zone t",
            "execution_time bigint t",
            "error text f",
            "error_stmt text f",
            "hash character varying t",
            "partial_hashes jsonb f",
            "operator_version character varying t",
        ]
    );
}

#[tokio::test]
async fn a_failing_file_leaves_nothing_behind_and_is_named() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let good = ("1_good.sql", "create schema kept;\ncreate table kept.a (n int);");
    let cases = [
        // A fault the parser finds points at its own place.
        (
            "insert into kept.a values (1);\n\nselect ü, nothing\n  from kept.a;",
            "2_bad.sql:3:8: statement 2 failed: select ü, nothing from kept.a;",
        ),
        // A fault at run time is placed by the statements that had finished.
        (
            "insert into kept.a values (1);\n-- why\ninsert into kept.a\nselect 1 / n from (values (0)) v (n);",
            "2_bad.sql:3:1: statement 2 failed: insert into kept.a select 1 / n from (values (0)) v (n);",
        ),
        (
            "select 1;\nselect 'never closed;",
            "2_bad.sql:2:8: statement 2 failed: select 'never closed;",
        ),
    ];
    for (bad, message) in cases {
        let files = directory(&[good, ("2_bad.sql", bad), ("3_later.sql", "create schema never;")]);

        let error = apply(&mut owner, &files).await.unwrap_err();

        assert_eq!(error.to_string(), message);
        assert!(error.source().is_some());
        assert_eq!(value::<i64>(&owner, "select count(*) from kept.a").await, 0);
        assert_eq!(
            values::<String>(&owner, &format!("select version from {REVISIONS}")).await,
            ["1"]
        );
    }
    let mended = directory(&[good, ("2_bad.sql", "insert into kept.a values (1);")]);
    assert_eq!(apply(&mut owner, &mended).await.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn an_applied_file_may_not_change_even_with_a_new_sum() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    apply(
        &mut owner,
        &directory(&[("1_a.sql", "create schema a;"), ("2_b.sql", "create schema b;")]),
    )
    .await
    .unwrap();

    let edited = directory(&[("1_a.sql", "create schema a; "), ("2_b.sql", "create schema b;")]);
    let error = apply(&mut owner, &edited).await.unwrap_err();

    assert!(matches!(error, Error::HistoryChanged { file, statement: None } if file == "1_a.sql"));
}

#[tokio::test]
async fn history_is_linear() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let (a, b, c) = (
        ("1_a.sql", "create schema a;"),
        ("2_b.sql", "create schema b;"),
        ("3_c.sql", "create schema c;"),
    );
    apply(&mut owner, &directory(&[a, c])).await.unwrap();

    let late = apply(&mut owner, &directory(&[a, ("2_b.sql", b.1), c])).await.unwrap_err();
    let gone = apply(&mut owner, &directory(&[c])).await.unwrap_err();
    let older_release = apply(&mut owner, &directory(&[a])).await.unwrap();

    // Digests are chained, so that a file put in between also changes the digest of the next one.
    assert!(matches!(late, Error::HistoryChanged { .. } | Error::OutOfOrder { .. }), "{late:?}");
    assert!(matches!(gone, Error::FileMissing { version } if version == "1"));
    assert!(older_release.ahead && older_release.applied.is_empty());
}

#[tokio::test]
async fn a_file_older_than_the_last_one_is_out_of_order() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    apply(&mut owner, &directory(&[("2_b.sql", "create schema b;")])).await.unwrap();

    let ignored = ("1_a.sql", "-- atlas:sum ignore\n\ncreate schema a;");
    let files = directory(&[("2_b.sql", "create schema b;"), ignored]);
    owner
        .batch_execute(&format!(
            "update {REVISIONS} set hash = '{}'",
            files.sum().lines().nth(1).unwrap().split_once(" h1:").unwrap().1
        ))
        .await
        .unwrap();
    let error = apply(&mut owner, &files).await.unwrap_err();

    assert!(matches!(error, Error::OutOfOrder { file, last } if file == "1_a.sql" && last == "2"));
}

#[tokio::test]
async fn what_is_up_to_a_baseline_is_not_run() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    apply(&mut owner, &directory(&[])).await.unwrap();
    owner
        .batch_execute(&format!(
            "insert into {REVISIONS} (version, description, type, executed_at, execution_time, hash, operator_version)
             values ('2', 'baseline', 1, now(), 0, '', 'atlas'), ('.atlas_cloud_identifier', '', 0, now(), 0, '', '')"
        ))
        .await
        .unwrap();

    let files = [
        ("1_a.sql", "select 1 / 0;"),
        ("2_b.sql", "select 1 / 0;"),
        ("3_c.sql", "create schema c;"),
    ];
    let report = apply(&mut owner, &directory(&files)).await.unwrap();

    assert_eq!((report.applied.len(), report.already), (1, 2));
}

#[tokio::test]
async fn two_runners_at_once_apply_once() {
    let database = Database::empty("content").await;
    let (mut one, mut two) = (database.owner().await, database.owner().await);
    let files = directory(&[
        ("1_a.sql", "create schema a; select pg_sleep(0.2);"),
        ("2_b.sql", "create schema b;"),
    ]);

    let (one, two) = tokio::join!(apply(&mut one, &files), apply(&mut two, &files));

    assert_eq!(one.unwrap().applied.len() + two.unwrap().applied.len(), 2);
}

#[tokio::test]
async fn a_lock_that_stays_is_not_waited_for_for_ever() {
    let database = Database::empty("content").await;
    let (other, mut owner) = (database.owner().await, database.owner().await);
    other.batch_execute(&format!("select pg_advisory_lock({LOCK})")).await.unwrap();
    let options = Options { lock_timeout: Duration::from_millis(60), ..Options::default() };

    let refused = apply_with(&mut owner, &directory(&[]), &options, &mut |_| ()).await.unwrap_err();
    other.batch_execute(&format!("select pg_advisory_unlock({LOCK})")).await.unwrap();
    let done = apply_with(&mut owner, &directory(&[]), &options, &mut |_| ()).await;

    assert!(matches!(refused, Error::Locked { waited, .. } if waited >= options.lock_timeout));
    done.unwrap();
}

#[tokio::test]
async fn the_session_is_given_back_as_it_was() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let settings =
        "select concat_ws(' ', current_setting('search_path'), current_setting('lock_timeout'))";
    let before: String = value(&owner, settings).await;

    apply(&mut owner, &directory(&[("1_a.sql", "create schema a;")])).await.unwrap();
    apply(&mut owner, &directory(&[("1_a.sql", "create schema a;"), ("2_b.sql", "oops;")]))
        .await
        .unwrap_err();

    assert_eq!(value::<String>(&owner, settings).await, before);
    assert_eq!(
        value::<i64>(
            &owner,
            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
        )
        .await,
        0
    );
}

#[tokio::test]
async fn names_must_carry_their_schema() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;

    let error =
        apply(&mut owner, &directory(&[("1_a.sql", "create table a ();")])).await.unwrap_err();

    assert!(matches!(error, Error::Statement { .. }), "{error:?}");
}
