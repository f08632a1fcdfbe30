//! A run that is killed in the middle of a chunk, by a signal that no process sees.

use std::process::{Command, Stdio};
use std::time::Duration;

use db::Url;
use tokio::time::sleep;

use super::super::support::{Database, breaks, value};
use super::{SIZE, counts, demo, load};
use crate::seed::Set;

/// Where the child finds its database.
const URL: &str = "ARUURI_TEST_SEED_URL";

/// Not a test: what the killed process does.
#[tokio::test]
#[ignore = "run by the test below"]
async fn the_child() {
    let Ok(url) = std::env::var(URL) else { return };
    let client = crate::connect(&Url::direct("the parent's", url)).await.unwrap();
    demo("finance", Set::Large).load(&client, |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_killed_run_leaves_whole_chunks_and_the_next_adds_the_rest() {
    let database = Database::migrated("finance").await;
    let (owner, blocker) = (database.owner().await, database.owner().await);
    // Only a superuser sees what sessions of others do.
    let watcher = database.superuser().await;
    // The last statement of the third chunk waits for this key; all others of the chunk have run by then.
    blocker
        .batch_execute(
            "begin;
             insert into finance.idempotency_keys (scope, key, fingerprint)
             values ('seed', 'large-000333', sha256('x'))",
        )
        .await
        .unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::seeds::killed::the_child", "--ignored"])
        .env(URL, database.url())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let waits = "select count(*) from pg_stat_activity
        where application_name = 'aruuri seed' and datname = current_database() and wait_event_type = 'Lock'";
    while value::<i64>(&watcher, waits).await == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        sleep(Duration::from_millis(20)).await;
    }

    child.kill().unwrap();
    child.wait().unwrap();
    blocker.batch_execute("rollback").await.unwrap();
    let there = "select count(*) from pg_stat_activity
        where application_name = 'aruuri seed' and datname = current_database()";
    while value::<i64>(&watcher, there).await > 0 {
        sleep(Duration::from_millis(20)).await;
    }
    let made = "select count(*) from finance.idempotency_keys where key ~ '^large-'";
    let left: i64 = value(&owner, made).await;
    let broken = breaks(&owner).await;
    load(&owner, "finance", Set::Large).await;

    assert_eq!(left, i64::from(2 * SIZE.chunk));
    assert_eq!(broken, Vec::<String>::new());
    assert_eq!(value::<i64>(&owner, made).await, i64::from(SIZE.contributions));
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    let whole = Database::migrated("finance").await;
    let whole = whole.owner().await;
    load(&whole, "finance", Set::Large).await;
    assert_eq!(counts(&owner).await.unwrap(), counts(&whole).await.unwrap());
}
