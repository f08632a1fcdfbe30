//! What the runner refuses, and that the next run goes on as if nothing had been.

use std::time::Duration;

use db::Url;
use stack::Kind;

use super::support::{Database, directory, value, values};
use crate::{Error, LOCK, Options, apply, apply_with, status};

const TABLE: (&str, &str) = ("1_table.sql", "create schema a; create table a.t (n int);");

fn role(name: &str) -> Options {
    Options { role: Some(name.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn a_pooled_url_is_refused_before_anything_is_done() {
    let database = Database::empty("finance").await;
    let Some(pooled) = database.url_of(Kind::Pooled) else { return };

    let error = crate::connect(&Url::direct("--url", pooled)).await.unwrap_err();
    let named = "postgres://u:secret@ep-cool-name-pooler.eu-west-2.example.org/finance";
    let by_name = crate::connect(&Url::direct("--url", named)).await.unwrap_err();

    assert!(matches!(error, Error::Pooled), "{error:?}");
    assert!(matches!(by_name, Error::Pooled), "{by_name:?}");
    crate::connect(&Url::direct("--url", database.url())).await.unwrap();
}

#[tokio::test]
async fn an_error_never_shows_the_password() {
    let url = "postgres://migrator:hunter2@127.0.0.1:1/finance?options=-c%20geqo%3Doff";

    let error = crate::connect(&Url::direct("--url", url)).await.unwrap_err();

    let shown = format!("{error} {error:?}");
    assert!(matches!(error, Error::Connect { .. }) && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn options_of_the_url_stay_beside_the_probe() {
    let database = Database::empty("finance").await;
    let url = format!("{}&options=-c%20work_mem%3D7MB", database.url());

    let client = crate::connect(&Url::direct("--url", url)).await.unwrap();

    assert_eq!(value::<String>(&client, "show work_mem").await, "7MB");
}

#[tokio::test]
async fn the_lock_of_another_runner_is_named() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let other = crate::connect(&Url::direct("--url", database.url())).await.unwrap();
    let pid: i32 = value(&other, "select pg_backend_pid()").await;
    other.batch_execute(&format!("select pg_advisory_lock({LOCK})")).await.unwrap();
    let options = Options { lock_timeout: Duration::from_millis(40), ..Options::default() };
    let mut waits = Vec::new();

    let files = directory(&[TABLE]);
    let error = apply_with(&mut owner, &files, &options, &mut |step| {
        if let crate::Step::Waits { holder } = step {
            waits.push(holder.to_owned());
        }
    })
    .await
    .unwrap_err();
    other.batch_execute(&format!("select pg_advisory_unlock({LOCK})")).await.unwrap();

    let holder = format!("process {pid} (aruuri migrate)");
    assert!(waits.len() == 1 && waits[0].starts_with(&holder), "{waits:?}");
    assert!(error.to_string().contains(&holder), "{error}");
    assert_eq!(apply(&mut owner, &files).await.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn who_may_not_act_as_the_owner_is_told_so() {
    let database = Database::empty("content").await;
    let (mut app, mut superuser) = (database.app().await, database.superuser().await);
    let files = directory(&[TABLE]);

    let not_member = apply_with(&mut app, &files, &role("content_owner"), &mut |_| ()).await;
    let no_role = apply_with(&mut superuser, &files, &role("nobody"), &mut |_| ()).await;
    let no_privilege = apply(&mut app, &files).await.unwrap_err();
    apply_with(&mut superuser, &files, &role("content_owner"), &mut |_| ()).await.unwrap();

    let not_member = not_member.unwrap_err();
    assert!(matches!(&not_member, Error::Role { exists: true, .. }), "{not_member:?}");
    assert!(not_member.to_string().starts_with("content_app may not act as content_owner"));
    assert!(matches!(no_role, Err(Error::Role { exists: false, .. })), "{no_role:?}");
    assert!(matches!(&no_privilege, Error::Database { source, .. }
        if source.code().unwrap().code() == "42501"));
    let owner: String =
        value(&superuser, "select pg_get_userbyid(relowner) from pg_class where relname = 't'")
            .await;
    assert_eq!(owner, "content_owner");
}

#[tokio::test]
async fn a_database_that_belongs_to_somebody_is_not_begun() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    owner
        .batch_execute("create schema theirs; create view theirs.v as select 1 as n")
        .await
        .unwrap();
    let files = directory(&[TABLE]);

    let error = apply(&mut owner, &files).await.unwrap_err();
    let untouched: bool =
        value(&owner, "select to_regnamespace('atlas_schema_revisions') is null").await;
    let anyway = Options { allow_dirty: true, ..Options::default() };
    apply_with(&mut owner, &files, &anyway, &mut |_| ()).await.unwrap();

    assert!(matches!(&error, Error::NotEmpty { relation } if relation == "theirs.v"), "{error:?}");
    assert!(untouched);
}

/// The kernel's own "no space left on device", which the server reports as 53100, from the one place that is always full.
#[tokio::test]
async fn a_full_disk_leaves_nothing_and_the_next_run_goes_on() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let database = Database::empty("content").await;
    let mut superuser = database.superuser().await;
    let full = "insert into a.t values (1);\ncopy a.t to '/dev/full';\n";

    let error =
        apply(&mut superuser, &directory(&[TABLE, ("2_full.sql", full)])).await.unwrap_err();
    let left: i64 = value(&superuser, "select count(*) from a.t").await;
    let freed = directory(&[TABLE, ("2_full.sql", "insert into a.t values (1);\n")]);
    let report = apply(&mut superuser, &freed).await.unwrap();

    let Error::Statement { statement: 2, line: 2, source, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(source.code().unwrap().code(), "53100");
    assert_eq!((left, report.applied.len()), (0, 1));
}

#[tokio::test]
async fn a_commit_that_fails_names_its_file() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let late = "create table a.u (n int primary key);
        create table a.v (n int references a.u deferrable initially deferred);
        insert into a.v values (1);";

    let error = apply(&mut owner, &directory(&[TABLE, ("2_late.sql", late)])).await.unwrap_err();

    assert!(matches!(&error, Error::Commit { file, .. } if file == "2_late.sql"), "{error:?}");
    assert!(value::<bool>(&owner, "select to_regclass('a.u') is null").await);
}

#[tokio::test]
async fn only_the_files_up_to_a_version_are_applied() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let files =
        directory(&[TABLE, ("2_b.sql", "create schema b;"), ("3_c.sql", "create schema c;")]);
    let to = |version: &str| Options { to: Some(version.to_owned()), ..Options::default() };

    let unknown = apply_with(&mut owner, &files, &to("4"), &mut |_| ()).await.unwrap_err();
    let two = apply_with(&mut owner, &files, &to("2"), &mut |_| ()).await.unwrap();
    let again = apply_with(&mut owner, &files, &to("1"), &mut |_| ()).await.unwrap();

    assert!(matches!(unknown, Error::UnknownVersion { version } if version == "4"));
    assert_eq!((two.applied.len(), two.pending), (2, 1));
    assert_eq!((again.applied.len(), again.pending), (0, 1));
    assert_eq!(status(&owner, &files).await.unwrap().last(), Some("2"));
}

#[tokio::test]
async fn no_file_is_begun_that_may_not_be_done_in_time() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let files = directory(&[TABLE, ("2_b.sql", "create schema b;")]);
    let within = |seconds| Options {
        deadline: Some(std::time::Instant::now() + Duration::from_secs(seconds)),
        ..Options::default()
    };
    let mut stopped = Vec::new();

    let late = apply_with(&mut owner, &files, &within(35), &mut |step| {
        if let crate::Step::Stops { pending } = step {
            stopped.push(pending);
        }
    })
    .await
    .unwrap();
    let early = apply_with(&mut owner, &files, &within(600), &mut |_| ()).await.unwrap();

    assert_eq!((late.applied.len(), late.pending, stopped), (0, 2, vec![2]));
    assert_eq!((early.applied.len(), early.pending), (2, 0));
}

#[tokio::test]
async fn a_statement_ends_before_the_deadline() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let text =
        "create schema a; create table a.t as select current_setting('statement_timeout') as ms;";
    let options = Options {
        deadline: Some(std::time::Instant::now() + Duration::from_secs(100)),
        statement_timeout: Some(Duration::from_secs(1000)),
        ..Options::default()
    };

    apply_with(&mut owner, &directory(&[("1_a.sql", text)]), &options, &mut |_| ()).await.unwrap();

    let limit: i64 = value(
        &owner,
        "select extract(epoch from ms::interval)::bigint from (select regexp_replace(ms, 'ms$', ' ms') as ms from a.t) t",
    )
    .await;
    assert!((30..=90).contains(&limit), "{limit}");
}

#[tokio::test]
async fn what_a_file_sets_does_not_reach_the_next() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let files = directory(&[
        ("1_a.sql", "set search_path = public; set lock_timeout = 0; create schema a;"),
        (
            "2_b.sql",
            "create table a.t as select current_setting('search_path') || current_setting('lock_timeout') as is;",
        ),
    ]);

    apply(&mut owner, &files).await.unwrap();

    assert_eq!(value::<String>(&owner, "select \"is\" from a.t").await, "\"\"3s");
}

#[tokio::test]
async fn statements_may_end_in_another_delimiter() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let text = "-- atlas:delimiter \\n\\n\\n\n\ncreate table a.u (n int); create table a.v (n int)\n\n\n-- why\ninsert into a.u values (1)\n";
    let slashes = "-- atlas:delimiter //\n-- atlas:txmode none\n\ninsert into a.u values (2)//\ninsert into a.t values (';//')//\n";

    let files = directory(&[TABLE, ("2_lines.sql", text), ("3_slashes.sql", slashes)]);
    let error = apply(&mut owner, &files).await.unwrap_err();

    assert!(error.to_string().starts_with("3_slashes.sql:5:"), "{error}");
    assert_eq!(values::<i32>(&owner, "select n from a.u order by n").await, [1, 2]);
}
