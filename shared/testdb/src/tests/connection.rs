use std::time::Duration;

use api::{OnConstraint as _, Problem};
use db::{Access, Domain, Kind, Pool, Sql};
use tokio::time::{Instant, sleep};

use super::{ADD, LIMIT, READ, SESSION, WRITE};
use crate::{App, Call};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn pool(app: &App, access: Access) -> Pool {
    let var = |name: &str| app.var(name).map(str::to_owned);
    Pool::find(Domain::Content, access, "test", var).unwrap()
}

fn key(n: u32) -> (String, String) {
    ("scope".to_owned(), n.to_string())
}

const COUNT: &str = "content.idempotency_keys";

#[tokio::test]
async fn one_connection_serves_every_request_in_one_round_trip_each() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let first = app.call(&READ, Call::anonymous()).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let connect = relay.take_round_trips();

    for n in 0..5 {
        let again = app.call(&READ, Call::anonymous().header("x-echo", n.to_string())).await;
        assert_eq!(again.body["pid"], first.body["pid"]);
        assert_eq!(again.body["echo"], n.to_string());
    }

    assert_eq!((relay.take_round_trips(), relay.connections()), (5, 1));
    // SSLRequest, TLS (one more where the server's curve is not the client's first), startup, SCRAM 2, statement.
    assert!((6..=7).contains(&connect), "{connect}");
}

#[tokio::test]
async fn a_reading_route_cannot_write_whatever_its_url() {
    let app = App::empty(Domain::Content).await;
    let by_role = pool(&app, Access::Read);
    let refused = ADD.all(&by_role.begin(soon()), key(1)).await.unwrap_err();

    // Without a replica URL the pooled one serves, and may carry the writer's role.
    let app = app.set("ARUURI_CONTENT_DATABASE_URL_READ", None);
    let by_statement = pool(&app, Access::Read);
    let (db, role) = (by_statement.begin(soon()), "content_app");
    let session = SESSION.one(&db, (String::new(),)).await.unwrap();
    let guarded = ADD.all(&db, key(1)).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::ReadOnly);
    assert_eq!(session.role.as_deref(), Some(role));
    assert_eq!(guarded.kind(), Kind::ReadOnly);
    assert_eq!(db.round_trips(), 2);
    assert_eq!(app.count(COUNT).await, 0);
}

#[tokio::test]
async fn a_transaction_is_one_round_trip_and_all_or_nothing() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let pool = pool(&app, Access::Write);
    let db = pool.begin(soon());
    SESSION.one(&db, (String::new(),)).await.unwrap();
    relay.take_round_trips();

    db.transaction((ADD.with(key(1)), ADD.with(key(2)))).await.unwrap();
    let trips = relay.take_round_trips();
    let first_error = db
        .transaction((ADD.with(key(3)), ADD.with(key(1)), ADD.with(key(4))))
        .await
        .on_constraint("idempotency_keys_pkey", || Problem::conflict("taken"))
        .unwrap_err();
    let after = SESSION.one(&db, (String::new(),)).await;

    assert_eq!(trips, 1);
    assert_eq!(first_error.detail, "taken");
    assert!(after.is_ok());
    assert_eq!(app.count(COUNT).await, 2);
    assert_eq!(relay.connections(), 1);
}

#[tokio::test]
async fn an_interactive_transaction_commits_on_ok_only() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let var = |name: &str| app.var(name).map(str::to_owned);
    let pool = Pool::find_for_sessions(Domain::Content, Access::Write, "test", var).unwrap();
    let db = pool.begin_session(soon()).unwrap();
    SESSION.one(&db, (String::new(),)).await.unwrap();
    relay.take_round_trips();

    let kept: Result<(), db::Error> = db
        .interactive(async |tx| {
            ADD.all(tx, key(1)).await?;
            Ok(())
        })
        .await;
    let trips = relay.take_round_trips();
    let undone: Result<(), Problem> = db
        .interactive(async |tx| {
            ADD.all(tx, key(2)).await?;
            Err(Problem::conflict("changed my mind"))
        })
        .await;
    let nothing: Result<(), db::Error> = db.interactive(async |_| Ok(())).await;

    assert!(kept.is_ok() && undone.is_err() && nothing.is_ok());
    assert_eq!(trips, 2);
    assert_eq!(app.count(COUNT).await, 1);
    assert_eq!(relay.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_ended_while_frozen_is_replaced_without_an_error() {
    let app = App::empty(Domain::Content).await;
    let first = app.call(&READ, Call::anonymous()).await;
    let superuser = app.database.superuser().await;
    let kill = format!("select pg_terminate_backend({})", first.body["pid"]);
    superuser.batch_execute(&kill).await.unwrap();
    // The thread stands still, as in a frozen sandbox: nobody reads what arrives.
    std::thread::sleep(Duration::from_millis(1_200));

    let second = app.call(&READ, Call::anonymous()).await;

    assert_eq!(second.status, 200, "{}", second.body);
    assert_ne!(second.body["pid"], first.body["pid"]);
}

#[tokio::test]
async fn a_write_that_ended_while_frozen_is_done_once() {
    let app = App::empty(Domain::Content).await;
    assert_eq!(app.call(&WRITE, Call::anonymous().path("a")).await.status, 204);
    let superuser = app.database.superuser().await;
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                where usename = 'content_app' and datname = current_database()";
    superuser.batch_execute(kill).await.unwrap();
    std::thread::sleep(Duration::from_millis(1_200));

    let second = app.call(&WRITE, Call::anonymous().path("b")).await;

    assert_eq!(second.status, 204, "{}", second.body);
    assert_eq!(app.count(COUNT).await, 2);
}

#[tokio::test]
async fn a_dropped_request_does_not_leave_its_statement_to_the_next() {
    const SLEEP: Sql<(), ()> = Sql::new("select pg_sleep(3)");
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let pool = pool(&app, Access::Write);
    let db = pool.begin(soon());

    let dropped = tokio::time::timeout(Duration::from_millis(300), SLEEP.all(&db, ())).await;
    let next = SESSION.one(&db, ("next".to_owned(),)).await.unwrap();

    assert!(dropped.is_err());
    assert_eq!(next.echo.as_deref(), Some("next"));
    assert_eq!(relay.connections(), 2);
}

#[tokio::test]
async fn work_that_lost_against_another_transaction_is_done_again() {
    // Fails as a serialization failure the first two times, told apart by a sequence that no rollback resets.
    const FLAKY: Sql<(), ()> = Sql::new("select content.flaky()");
    let app = App::empty(Domain::Content).await;
    app.execute(
        "create sequence content.tries;
         grant usage on content.tries to content_writer;
         create function content.flaky() returns void language plpgsql as $$
         begin
           if nextval('content.tries') < 3 then
             raise exception 'lost' using errcode = '40001';
           end if;
         end $$;
         grant execute on function content.flaky() to content_writer",
    )
    .await;
    let pool = pool(&app, Access::Write);

    let done = FLAKY.all(&pool.begin(soon()), ()).await;

    assert!(done.is_ok(), "{done:?}");
    assert_eq!(app.value("select last_value::text from content.tries").await, "3");
}

#[tokio::test]
async fn the_server_stops_what_nobody_waits_for_any_more() {
    let (app, relay) = App::empty(Domain::Content).await.through_relay().await;
    let app = app.set("ARUURI_CONTENT_DATABASE_URL_READ", None);
    let var = |name: &str| app.var(name).map(str::to_owned);
    let (reads, writes) = (pool(&app, Access::Read), pool(&app, Access::Write));
    let sessions = Pool::find_for_sessions(Domain::Content, Access::Write, "test", var).unwrap();
    let limits = async |left: Duration| {
        let deadline = || Instant::now() + left;
        let session = sessions.begin_session(deadline()).unwrap();
        let read = LIMIT.one(&reads.begin(deadline()), ()).await.unwrap();
        let (pipelined,) = writes.begin(deadline()).transaction((LIMIT.with(()),)).await.unwrap();
        let interactive: Result<_, db::Error> =
            session.interactive(async |tx| LIMIT.one(tx, ()).await).await;
        let alone = LIMIT.one(&writes.begin(deadline()), ()).await.unwrap();
        [read.ms, pipelined[0].ms, interactive.unwrap().ms, alone.ms].map(Option::unwrap)
    };

    let ample = limits(Duration::from_secs(60)).await;
    relay.take_round_trips();
    let scarce = limits(Duration::from_secs(4)).await;

    let by_role = 5_000;
    assert_eq!(ample, [by_role; 4]);
    let [read, pipelined, interactive, alone] = scarce;
    for told in [read, pipelined, interactive] {
        assert!((1..4_000).contains(&told), "{scarce:?}");
    }
    assert_eq!(alone, by_role, "nothing of it stays in the session");
    assert_eq!(relay.take_round_trips(), 5, "it takes no round trip of its own");

    // A role that allows less keeps its limit, one that has none gets ours.
    let (database, mut found) = (&app.database.name, Vec::new());
    for by_role in ["200ms", "0"] {
        let sql = format!(
            "alter role content_app in database {database} set statement_timeout = '{by_role}';
             select pg_terminate_backend(pid) from pg_stat_activity where usename = 'content_app'
               and datname = '{database}'"
        );
        app.execute(&sql).await;
        sleep(Duration::from_millis(1_100)).await;
        found.push(limits(Duration::from_secs(4)).await);
    }
    assert_eq!(found[0], [200; 4]);
    let [read, pipelined, interactive, alone] = found[1];
    for told in [read, pipelined, interactive] {
        assert!((1..4_000).contains(&told), "{found:?}");
    }
    assert_eq!(alone, 0);
}
