use std::sync::Arc;

use api::Server;
use db::{Access, Domain, Url};
use lambda_http::{Body, http};
use serde_json::Value;
use stack::Kind;
use tokio_postgres::{Client, error::SqlState};

use super::{READ, WRITE};
use crate::{App, Call};

/// `None`, said loudly, on a machine without PgBouncer; CI does not get that far without.
async fn pooled() -> Option<App> {
    let app = App::empty(Domain::Content).await;
    if !app.database.stack.has_pooler() {
        eprintln!("SKIPPED: this machine has no PgBouncer (apt-get install pgbouncer)");
        return None;
    }
    Some(app.on(Kind::Pooled, Kind::PooledRead))
}

/// Twelve instances at once share few server connections: a named statement would meet those of
/// others, and an answer meant for one would reach another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_clients_behind_the_pooler_each_get_their_own_answers() {
    let Some(app) = pooled().await else { return };
    let app = Arc::new(app);
    let clients = (0..12).map(|client| {
        let app = app.clone();
        tokio::spawn(async move {
            let var = |name: &str| app.var(name).map(str::to_owned);
            let server = Server::new(&READ, var).unwrap();
            for n in 0..100 {
                let echo = format!("{client}-{n}");
                let request = http::Request::builder().uri(READ.path).header("x-echo", &echo);
                let answer = server.answer(request.body(Body::Empty).unwrap()).await.response;
                assert_eq!(answer.status, 200, "{}", answer.body);
                let body: Value = serde_json::from_str(&answer.body).unwrap();
                assert_eq!(body["echo"], echo);
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    for client in clients {
        client.await.unwrap();
    }
}

/// The test above is only as good as this one: the server really mixes clients up.
#[tokio::test]
async fn a_named_statement_behind_the_pooler_fails() {
    let Some(app) = pooled().await else { return };
    let url = app.database.url(Kind::Pooled).unwrap();
    let url = Url::find(Domain::Content, Access::Admin, |_| Some(url.clone())).unwrap();
    let one = db::connect(&url, "testdb").await.unwrap();
    one.batch_execute("begin; prepare named as select 1; execute named").await.unwrap();
    let server = server_of(&one).await;
    one.batch_execute("commit").await.unwrap();

    // Somebody else gets that server, and keeps it while the statement is used again.
    let mut others = Vec::new();
    loop {
        let other = db::connect(&url, "testdb").await.unwrap();
        other.batch_execute("begin").await.unwrap();
        let found = server_of(&other).await == server;
        others.push(other);
        if found {
            break;
        }
        assert!(others.len() < 10, "nobody was given server {server}");
    }

    let refused = one.batch_execute("execute named").await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::INVALID_SQL_STATEMENT_NAME), "{refused}");
}

/// The process of the server connection that a client has.
async fn server_of(client: &Client) -> i32 {
    client.query_typed("select pg_backend_pid()", &[]).await.unwrap()[0].get(0)
}

#[tokio::test]
async fn both_roles_reach_the_database_through_the_pooler() {
    let Some(app) = pooled().await else { return };

    let read = app.call(&READ, Call::anonymous()).await;
    let write = app.call(&WRITE, Call::anonymous().path("k")).await;

    assert_eq!((read.status, &read.body["role"]), (200, &Value::from("content_read")));
    assert_eq!(write.status, 204, "{}", write.body);
}
