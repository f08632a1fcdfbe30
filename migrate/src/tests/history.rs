//! What `status` says, and what a person may declare.

use super::support::{Database, directory, value, values};
use crate::{Directory, Error, Options, State, apply, set, status};

const A: (&str, &str) = ("1_a.sql", "create schema a;");
const B: (&str, &str) = ("2_b.sql", "create schema b;");
const C: (&str, &str) = ("3_c.sql", "create schema c;");
const CHECKPOINT: (&str, &str) =
    ("3_start.sql", "-- atlas:checkpoint\n\ncreate schema a; create schema b;");
const D: (&str, &str) = ("4_d.sql", "create schema d;");

async fn states(client: &tokio_postgres::Client, files: &Directory) -> Vec<State> {
    let found = status(client, files).await.unwrap();
    found.versions.iter().map(|version| version.state).collect()
}

#[tokio::test]
async fn looking_changes_nothing() {
    let database = Database::empty("content").await;
    let owner = database.owner().await;

    let found = status(&owner, &directory(&[A, B])).await.unwrap();

    assert_eq!((found.pending(), found.last(), found.ahead()), (2, None, false));
    let table = "select to_regnamespace('atlas_schema_revisions') is null";
    assert!(value::<bool>(&owner, table).await);
}

#[tokio::test]
async fn every_version_has_its_state() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    apply(&mut owner, &directory(&[A, C])).await.unwrap();

    let late = directory(&[A, B, C, D]);
    let edited = directory(&[("1_a.sql", "create schema other;"), C]);

    assert_eq!(
        states(&owner, &late).await,
        [State::Applied, State::OutOfOrder, State::Applied, State::Pending]
    );
    assert_eq!(states(&owner, &edited).await, [State::Changed, State::Applied]);
    assert_eq!(states(&owner, &directory(&[C])).await, [State::Missing, State::Applied]);
    assert_eq!(states(&owner, &directory(&[A])).await, [State::Applied, State::Newer]);
    // What does not fit is told in the order of the versions, not as the digests make it look.
    let fault = status(&owner, &late).await.unwrap().fault;
    assert!(matches!(fault, Some(Error::OutOfOrder { file, .. }) if file == "2_b.sql"));
}

#[tokio::test]
async fn a_fresh_database_starts_at_the_last_checkpoint() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let files = directory(&[A, B, CHECKPOINT, D]);

    let report = apply(&mut owner, &files).await.unwrap();
    let again = apply(&mut owner, &files).await.unwrap();

    let applied: Vec<_> = report.applied.iter().map(|applied| applied.file.as_str()).collect();
    assert_eq!(applied, ["3_start.sql", "4_d.sql"]);
    assert_eq!((again.applied.len(), again.already), (0, 4));
    assert_eq!(
        states(&owner, &files).await,
        [State::Covered, State::Covered, State::Applied, State::Applied]
    );
}

#[tokio::test]
async fn a_database_that_was_begun_before_a_checkpoint_skips_it() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    apply(&mut owner, &directory(&[A])).await.unwrap();

    let report = apply(&mut owner, &directory(&[A, B, CHECKPOINT, D])).await.unwrap();

    let applied: Vec<_> = report.applied.iter().map(|applied| applied.file.as_str()).collect();
    assert_eq!(applied, ["2_b.sql", "4_d.sql"]);
    let versions = "select version from atlas_schema_revisions.atlas_schema_revisions order by 1";
    assert_eq!(values::<String>(&owner, versions).await, ["1", "2", "4"]);
}

#[tokio::test]
async fn files_can_be_declared_applied_without_being_run() {
    let database = Database::empty("content").await;
    let mut owner = database.owner().await;
    let (files, options) = (directory(&[A, B, C]), Options::default());
    let bad = directory(&[A, ("2_b.sql", "-- atlas:txmode none\n\noops;"), C]);
    apply(&mut owner, &bad).await.unwrap_err();

    let unknown = set(&mut owner, &files, "9", &options).await.unwrap_err();
    let marked = set(&mut owner, &files, "2", &options).await.unwrap();
    let types = "select type from atlas_schema_revisions.atlas_schema_revisions order by version";
    let first = values::<i64>(&owner, types).await;
    let report = apply(&mut owner, &files).await.unwrap();
    let back = set(&mut owner, &files, "1", &options).await.unwrap();

    assert!(matches!(unknown, Error::UnknownVersion { .. }));
    assert_eq!((marked.marked, marked.removed), (vec!["2".to_owned()], vec![]));
    // Atlas's bits: run, and run but declared done.
    assert_eq!(first, [2, 6]);
    assert_eq!((report.applied.len(), report.already), (1, 2));
    assert_eq!((back.marked, back.removed.len()), (vec![], 2));
    assert!(value::<bool>(&owner, "select to_regnamespace('b') is null").await);
}
