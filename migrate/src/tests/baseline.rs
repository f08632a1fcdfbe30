//! States to begin with: proven, and what cannot be proven is not written.

use db::Domain;

use super::support::{Database, directory, value};
use crate::baseline::{NoStart, adopt, baseline, checkpoint};
use crate::{Options, State, apply, status};

async fn servers() -> stack::Running {
    tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_database_that_was_there_before_is_taken_into_care() {
    let database = Database::empty("content").await;
    let (mut owner, running) = (database.owner().await, servers().await);
    owner
        .batch_execute(
            "create schema old;
             create table old.t (id uuid primary key default gen_random_uuid(), n int not null check (n > 0));
             create view old.v as select n from old.t;
             comment on table old.t is 'kept'; grant select on old.t to content_reader",
        )
        .await
        .unwrap();
    let none = directory(&[]);

    let file = baseline(&running, Domain::Content, &none, &mut owner, "baseline").await.unwrap();
    let files = none.with([(file.0.clone(), file.1.clone().into_bytes())]);
    adopt(&mut owner, &files, &Options::default()).await.unwrap();
    let again = adopt(&mut owner, &files, &Options::default()).await.unwrap_err();
    let more =
        files.with([("29990101000000_more.sql".to_owned(), b"create schema more;".to_vec())]);
    let report = apply(&mut owner, &more).await.unwrap();
    let third = baseline(&running, Domain::Content, &none, &mut owner, "baseline").await;
    let other = Database::empty("content").await;
    let fresh = apply(&mut other.owner().await, &more).await.unwrap();

    assert!(file.0.ends_with("_baseline.sql") && file.1.contains("create table old.t"), "{file:?}");
    assert!(matches!(again, NoStart::HasRevisions), "{again:?}");
    assert!(matches!(third, Err(NoStart::HasRevisions)), "{third:?}");
    assert_eq!((report.applied.len(), report.already), (1, 1));
    assert_eq!(fresh.applied.len(), 2, "an empty database gets it like any other file");
    let revision = "select type || ' ' || applied from atlas_schema_revisions.atlas_schema_revisions order by version limit 1";
    assert!(value::<String>(&owner, revision).await.starts_with("1 "));
}

#[tokio::test]
async fn a_directory_with_files_takes_no_baseline() {
    let database = Database::empty("content").await;
    let (mut owner, running) = (database.owner().await, servers().await);
    let files = directory(&[("1_a.sql", "create schema a;")]);

    let refused = baseline(&running, Domain::Content, &files, &mut owner, "baseline").await;

    assert!(matches!(refused, Err(NoStart::HasFiles)), "{refused:?}");
}

#[tokio::test]
async fn a_checkpoint_holds_the_schema_and_the_rows_of_all_files() {
    let (database, running) = (Database::empty("content").await, servers().await);
    let files = directory(&[
        (
            "20250101000000_a.sql",
            "create schema a; create table a.t (n int); create table a.gone ();",
        ),
        (
            "20250102000000_b.sql",
            "insert into a.t values (1), (2);\ndrop table a.gone;\nselect 'it;s';",
        ),
        (
            "20250103000000_c.sql",
            "-- atlas:txmode none\n\ncreate index concurrently t_n on a.t (n);",
        ),
    ]);

    let file = checkpoint(&running, Domain::Content, &files, "checkpoint").await.unwrap();
    let whole = files.with([(file.0.clone(), file.1.clone().into_bytes())]);
    let twice = checkpoint(&running, Domain::Content, &whole, "checkpoint").await;
    let mut owner = database.owner().await;
    let report = apply(&mut owner, &whole).await.unwrap();

    assert!(
        file.1.starts_with("-- atlas:checkpoint\n\n") && !file.1.contains("gone"),
        "{}",
        file.1
    );
    assert!(matches!(twice, Err(NoStart::NothingNew)), "{twice:?}");
    assert_eq!((report.applied.len(), report.already), (1, 3));
    assert_eq!(value::<i64>(&owner, "select count(*) from a.t").await, 2);
    assert!(value::<bool>(&owner, "select to_regclass('a.t_n') is not null").await);
    let states = status(&owner, &whole).await.unwrap().versions;
    assert_eq!(states.last().unwrap().state, State::Applied);
}

#[tokio::test]
async fn rows_that_do_not_come_back_are_told() {
    let running = servers().await;
    let files = directory(&[
        ("20250101000000_a.sql", "create schema a; create table a.t (n int);"),
        ("20250102000000_b.sql", "do $$ begin insert into a.t values (1); end $$;"),
    ]);

    let refused = checkpoint(&running, Domain::Content, &files, "checkpoint").await.unwrap_err();

    assert!(matches!(refused, NoStart::Unproven(_)), "{refused:?}");
    assert!(refused.to_string().contains("a.t has 1 rows without it"), "{refused}");
}
