//! Reads on a replica that include what their caller wrote, whatever the replica does.
use std::{sync::Arc, time::Duration};

use api::{Allow, Problem, Request, Response, Route};
use db::{Access, Db, Domain, Sql, Url, row, statements};
use serde_json::json;
use stack::Kind;
use tokio::{sync::Mutex, time::sleep};

use super::WRITE;
use crate::{Answer, App, Call, Relay, Transport};

row! {
    /// Whether there is one.
    #[derive(Debug)]
    struct Found {
        found: Option<bool>,
    }
}

statements! {
    const FIND: Sql<(String,), Found> = Sql::new(
        "select exists (select from content.idempotency_keys where key = $1) as found",
    );
}

/// A route that says whether a key is there.
const HAS: Route = Route {
    name: "content-test-has",
    path: "/v1/content/keys/{key}",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Public,
    answer: |req, db| Box::pin(has(req, db)),
    ..Route::DEFAULT
};

async fn has(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Found { found } = FIND.one(db, (req.path("key")?,)).await?;
    Response::json(200, &json!({ "found": found }))
}

const TOKEN: &str = "aruuri-consistency";
const READ_URL: &str = "ARUURI_CONTENT_DATABASE_URL_READ";
const NO_SUCH_PORT: &str = "postgres://content_read:x@127.0.0.1:1/content";

/// One test at a time: the replica is everybody's.
static REPLICA: Mutex<()> = Mutex::const_new(());

async fn replay(app: &App, pause: bool) {
    let ports = app.database.stack.ports;
    let from = format!(":{}/", ports.primary);
    let url = app.database.stack.admin_url.replace(&from, &format!(":{}/", ports.replica));
    let replica = db::connect(&Url::direct("the replica", url), "test").await.unwrap();
    let (function, state) = if pause { ("pause", "paused") } else { ("resume", "not paused") };
    replica.batch_execute(&format!("select pg_wal_replay_{function}()")).await.unwrap();
    let sql = format!("select 1 where pg_get_wal_replay_pause_state() = '{state}'");
    for _ in 0..3_000 {
        if replica.simple_query(&sql).await.unwrap().len() > 2 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("the replica is not {state}");
}

/// Reads on the replica, through a relay that counts.
async fn app() -> (App, Relay) {
    let app = App::empty(Domain::Content).await.over(Transport::TcpDirect);
    let app = app.on(Kind::App, Kind::Read);
    replay(&app, false).await;
    replicated(&app).await;
    let replica = app.database.stack.ports.replica;
    let relay = Relay::start(replica).await.unwrap();
    let url =
        app.var(READ_URL).unwrap().replace(&format!(":{replica}/"), &format!(":{}/", relay.port));
    let app = app.set(READ_URL, Some(&url));
    let token = write(&app, "first").await;
    until_replica(&app, "first", &token).await;
    (app, relay)
}

async fn replicated(app: &App) {
    let url = Url::direct("the replica", app.var(READ_URL).unwrap());
    for _ in 0..600 {
        if let Ok(session) = db::connect(&url, "test").await {
            let sql = "select 1 from pg_tables where tablename = 'idempotency_keys'";
            if session.simple_query(sql).await.is_ok_and(|rows| rows.len() > 2) {
                return;
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the replica does not follow");
}

async fn write(app: &App, key: &str) -> String {
    let answer = app.call(&WRITE, Call::anonymous().path(key)).await;
    assert_eq!((answer.status, &answer.log["round_trips"]), (204, &json!(1)), "{}", answer.log);
    answer.header(TOKEN).expect("a token").to_owned()
}

async fn read(app: &App, key: &str, token: Option<&str>) -> Answer {
    let call = Call::anonymous().path(key).header("aruuri-staleness", "?");
    app.call(&HAS, token.iter().fold(call, |call, token| call.header(TOKEN, *token))).await
}

fn told(answer: &Answer) -> (bool, &str) {
    assert_eq!(answer.status, 200, "{}", answer.log);
    (answer.body["found"].as_bool().unwrap(), answer.log["source"].as_str().unwrap())
}

/// Asks until the replica has come as far; the row is there each time, whoever answers.
async fn until_replica(app: &App, key: &str, token: &str) {
    for _ in 0..1_000 {
        let answer = read(app, key, Some(token)).await;
        let (found, source) = told(&answer);
        assert!(found, "{}", answer.log);
        if source == "replica" {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("the replica does not follow");
}

#[tokio::test]
async fn a_read_with_a_token_includes_the_write_whatever_the_replica_does() {
    let _alone = REPLICA.lock().await;
    let (app, relay) = app().await;
    relay.take_round_trips();
    let fresh = read(&app, "first", Some(&write(&app, "fresh").await)).await;
    told(&fresh);
    replay(&app, true).await;

    let token = write(&app, "paused").await;
    let stale = read(&app, "paused", None).await;
    relay.take_round_trips();
    let included = read(&app, "paused", Some(&token)).await;
    let asked_replica = relay.take_round_trips();
    let other_domain = read(&app, "paused", Some("finance.1.ffffffff")).await;
    let by_cookie = Call::anonymous().path("paused").header("cookie", cookie(&token));
    let by_cookie = app.call(&HAS, by_cookie).await;
    replay(&app, false).await;
    until_replica(&app, "paused", &token).await;
    relay.take_round_trips();
    let caught_up = read(&app, "paused", Some(&token)).await;

    assert_eq!(told(&stale), (false, "replica"));
    let age: f64 = stale.header("aruuri-staleness").unwrap().parse().unwrap();
    assert!(age > 0.0);
    assert_eq!(told(&included), (true, "primary"));
    assert_eq!(included.header("aruuri-staleness"), Some("0.000"));
    assert_eq!((asked_replica, &included.log["round_trips"]), (1, &json!(2)));
    assert_eq!(told(&other_domain), (false, "replica"));
    assert_eq!(told(&by_cookie), (true, "primary"));
    assert_eq!(told(&caught_up), (true, "replica"));
    assert_eq!((relay.take_round_trips(), &caught_up.log["round_trips"]), (1, &json!(1)));
    assert_eq!(relay.connections(), 1);
}

fn cookie(token: &str) -> String {
    format!("a=b; aruuri-consistency-content={}", token.trim_start_matches("content."))
}

#[tokio::test]
async fn a_replica_that_is_down_or_alone_does_not_show_less() {
    let _alone = REPLICA.lock().await;
    let (app, _relay) = app().await;
    replay(&app, true).await;
    let token = write(&app, "new").await;

    let app = app.set("ARUURI_CONTENT_DATABASE_URL_POOLED", None);
    let behind = read(&app, "new", Some(&token)).await;
    replay(&app, false).await;
    let mut alone = read(&app, "new", Some(&token)).await;
    for _ in 0..50 {
        if alone.status == 200 {
            break;
        }
        alone = read(&app, "new", Some(&token)).await;
    }
    let app = app.on(Kind::App, Kind::Reader).set(READ_URL, Some(NO_SUCH_PORT));
    let down = read(&app, "new", Some(&token)).await;

    assert_eq!((behind.status, behind.code()), (503, "database_busy"));
    assert_eq!(behind.header("retry-after"), Some("1"));
    assert_eq!(told(&alone), (true, "replica"));
    assert_eq!(told(&down), (true, "primary"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_writers_reads_what_it_wrote() {
    let _alone = REPLICA.lock().await;
    let (app, _relay) = app().await;
    let pooled = app.database.stack.has_pooler();
    let read_url = app.var(READ_URL).unwrap().to_owned();
    let app = if pooled { app.on(Kind::Pooled, Kind::Read) } else { app };
    let app = Arc::new(app.set(READ_URL, Some(&read_url)));
    let writers = (0..8).map(|writer| {
        let app = app.clone();
        tokio::spawn(async move {
            for n in 0..25 {
                let key = format!("{writer}-{n}");
                let token = write(&app, &key).await;
                let answer = read(&app, &key, Some(&token)).await;
                assert!(told(&answer).0, "{key} {token} {}", answer.log);
            }
        })
    });
    let writers: Vec<_> = writers.collect();

    for writer in writers {
        writer.await.unwrap();
    }

    assert_eq!(app.count("content.idempotency_keys").await, 201);
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let app = App::empty(Domain::Content).await;

    let answer = read(&app, "any", Some("content.one")).await;
    let cookie = app.call(&WRITE, Call::anonymous().path("k").header(TOKEN, "cookie")).await;

    assert_eq!((answer.status, answer.code()), (400, "malformed_request"));
    if Transport::of_environment() != Transport::Http {
        let set = cookie.header("set-cookie").unwrap();
        assert!(set.starts_with("aruuri-consistency-content=") && set.contains("HttpOnly"));
    }
}

#[tokio::test]
async fn over_http_a_read_with_a_token_includes_the_write_too() {
    let _alone = REPLICA.lock().await;
    let (app, _relay) = app().await;
    replay(&app, true).await;

    let token = write(&app, "paused").await;
    let app = app.over(Transport::Http).on(Kind::App, Kind::Read);
    let stale = read(&app, "paused", None).await;
    let included = read(&app, "paused", Some(&token)).await;
    replay(&app, false).await;

    assert_eq!(told(&stale), (false, "replica"));
    assert_eq!(told(&included), (true, "primary"));
    assert_eq!(included.log["round_trips"], 2);
    until_replica(&app, "paused", &token).await;
}
