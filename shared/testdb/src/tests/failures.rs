//! A database that is down, slow, full, read-only or in the middle of a failover.
use api::Route;
use db::Domain;
use serde_json::Value;
use types::ContactId;

use super::{ONCE, READ, SLOW, WRITE};
use crate::{Answer, App, Call, Relay, Transport};

const NO_SUCH_PORT: &str = "postgres://content_app:x@127.0.0.1:1/content";
const POOLED: &str = "ARUURI_CONTENT_DATABASE_URL_POOLED";
const READ_URL: &str = "ARUURI_CONTENT_DATABASE_URL_READ";

/// A 5xx says the same to everybody, and nothing about the inside.
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.log);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let told = answer.body.to_string();
    for secret in ["127.0.0.1", "content_app", "select", "insert", "postgres", "idempotency_keys"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(answer.body["errors"], Value::Null);
    assert!(answer.log["error"].as_str().is_some_and(|cause| cause.len() > code.len() + 2));
}

#[tokio::test]
async fn a_database_that_is_down_is_said_to_be() {
    let app = App::empty(Domain::Content).await.over(Transport::TcpDirect);
    let app = app.set(POOLED, Some(NO_SUCH_PORT)).set(READ_URL, Some(NO_SUCH_PORT));
    assert_unreachable(&app).await;
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_said_to_be() {
    let app = App::empty(Domain::Content).await;
    let app = app.set("ARUURI_CONTENT_SQL_HTTP_URL", Some("http://127.0.0.1:1/sql"));
    assert_unreachable(&app).await;
}

async fn assert_unreachable(app: &App) {
    for answer in [
        app.call(&READ, Call::anonymous()).await,
        app.call(&WRITE, Call::anonymous().path("k")).await,
    ] {
        assert_problem(&answer, 503, "database_unreachable");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}

#[tokio::test]
async fn a_replica_that_is_down_is_passed_over() {
    let app = App::empty(Domain::Content).await.over(Transport::TcpDirect);
    let app = app.set(READ_URL, Some(NO_SUCH_PORT));

    let (first, second) =
        (app.call(&READ, Call::anonymous()).await, app.call(&READ, Call::anonymous()).await);

    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body["role"], "content_app");
}

#[tokio::test]
async fn a_wrong_password_is_our_mistake_and_not_told() {
    let app = App::empty(Domain::Content).await;
    let url = app.var(POOLED).unwrap().replace("content_app:", "content_app:not");
    let app = app.set(POOLED, Some(&url));

    let answer = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_problem(&answer, 500, "internal_error");
}

#[tokio::test]
async fn a_request_ends_when_its_time_is_over_and_the_next_one_works() {
    let app = App::empty(Domain::Content).await;

    let slow = app.call(&SLOW, Call::anonymous()).await;
    let next = app.call(&READ, Call::anonymous()).await;

    assert_problem(&slow, 504, "too_slow");
    assert_eq!(next.status, 200);
}

/// As the roles' own limits are seconds, this database's are shorter.
async fn hasty() -> App {
    let app = App::empty(Domain::Content).await;
    let database = &app.database.name;
    let sql = format!(
        "alter role content_app in database {database} set lock_timeout = '200ms';
         alter role content_read in database {database} set statement_timeout = '200ms'"
    );
    app.execute(&sql).await;
    app
}

#[tokio::test]
async fn a_statement_beyond_its_roles_limit_is_stopped_by_the_server() {
    const LONG: Route = Route { name: "content-test-long", timeout_s: 10, ..SLOW };
    let app = hasty().await;

    let answer = app.call(&LONG, Call::anonymous()).await;

    assert_problem(&answer, 504, "too_slow");
    assert_eq!(answer.body["detail"], "nothing was done; ask for less");
    assert_eq!(answer.log["round_trips"], 1);
}

#[tokio::test]
async fn a_lock_that_is_not_free_is_waited_for_twice() {
    let app = hasty().await;
    let superuser = app.database.superuser().await;
    superuser.batch_execute("begin; lock table content.idempotency_keys").await.unwrap();

    let answer = app.call(&WRITE, Call::anonymous().path("k")).await;
    superuser.batch_execute("rollback").await.unwrap();
    let next = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_problem(&answer, 503, "database_busy");
    assert_eq!(answer.log["round_trips"], 2);
    assert_eq!(next.status, 204);
}

#[tokio::test]
async fn a_key_whose_first_request_is_at_work_is_told_apart() {
    let app = hasty().await;
    let superuser = app.database.superuser().await;
    let contact = ContactId::new();
    let call = || Call::role("editor").contact(contact).header("idempotency-key", "k");
    let hold = format!(
        "begin; insert into content.idempotency_keys (scope, key, fingerprint)
         values ('content-test-once:{contact}', 'k', sha256('x'))"
    );
    superuser.batch_execute(&hold).await.unwrap();

    let waiting = app.call(&ONCE, call()).await;
    superuser.batch_execute("rollback").await.unwrap();
    let first = app.call(&ONCE, call()).await;

    assert_eq!((waiting.status, waiting.code()), (409, "request_in_progress"));
    assert_eq!(waiting.header("retry-after"), Some("1"));
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.log["round_trips"], 2);
}

#[tokio::test]
async fn a_server_without_free_connections_is_unreachable() {
    let app = App::empty(Domain::Content).await;
    app.execute(&format!("alter database {} connection limit 0", app.database.name)).await;

    let answer = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_problem(&answer, 503, "database_unreachable");
}

#[tokio::test]
async fn a_silent_server_does_not_hang_the_caller() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    assert_eq!(app.call(&SLOW, Call::anonymous()).await.code(), "too_slow");
    relay.silence(true);

    let silent = app.call(&SLOW, Call::anonymous()).await;
    relay.silence(false);
    let after = app.call(&READ, Call::anonymous()).await;

    assert_eq!(silent.status / 100, 5);
    assert_eq!(after.status, 200, "{}", after.body);
}

/// Nothing was sent: another answer than to a statement that nobody knows the end of.
#[tokio::test]
async fn a_connection_that_is_not_opened_in_time_is_said_to_be_one() {
    const HASTY: Route = Route { name: "content-test-hasty", timeout_s: 1, ..WRITE };
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    relay.silence(true);

    let silent = app.call(&HASTY, Call::anonymous().path("k")).await;
    relay.silence(false);
    let after = app.call(&HASTY, Call::anonymous().path("k")).await;

    assert_problem(&silent, 503, "database_unreachable");
    assert_eq!(after.status, 204, "{}", after.body);
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_one() {
    let app = App::empty(Domain::Content).await;
    app.execute(
        "create function content.full_disk() returns trigger language plpgsql as $$
         begin raise exception 'could not extend file' using errcode = '53100'; end $$;
         create trigger full_disk before insert on content.idempotency_keys
           for each row execute function content.full_disk()",
    )
    .await;

    let answer = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_problem(&answer, 503, "database_full");
    assert_eq!(app.count("content.idempotency_keys").await, 0);
}

#[tokio::test]
async fn a_primary_that_takes_no_writes_is_said_to_be_one() {
    let app = App::empty(Domain::Content).await;
    let database = &app.database.name;
    let sql = format!("alter database {database} set default_transaction_read_only = on");
    app.execute(&sql).await;

    let write = app.call(&WRITE, Call::anonymous().path("k")).await;
    let read = app.call(&READ, Call::anonymous()).await;

    assert_problem(&write, 503, "database_read_only");
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn a_write_whose_connection_breaks_is_of_unknown_outcome_and_not_sent_twice() {
    let app = App::empty(Domain::Content).await;
    app.execute(
        "create sequence content.tries;
         grant usage on content.tries to content_writer;
         create function content.fall() returns trigger language plpgsql as $$
         begin
           perform nextval('content.tries');
           perform pg_terminate_backend(pg_backend_pid());
           return new;
         end $$;
         create trigger fall before insert on content.idempotency_keys
           for each row execute function content.fall();
         grant pg_signal_backend to content_app",
    )
    .await;

    let answer = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_problem(&answer, 503, "outcome_unknown");
    assert_eq!(app.value("select last_value::text from content.tries").await, "1");
}

#[tokio::test]
async fn a_read_whose_connection_breaks_is_sent_again() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let first = app.call(&READ, Call::anonymous()).await;

    cut_soon(&relay);
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(app.call(&READ, Call::anonymous()).await.status);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    assert_eq!(first.status, 200);
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    assert!(relay.connections() > 1);
}

fn cut_soon(relay: &Relay) {
    let relay = relay.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        relay.cut();
    });
}
