//! Every function once as the binary that is deployed: through the gateway, the pooler and the replica.
use std::{collections::HashMap, time::Duration};

use api::Route;
use db::{Access, Domain};
use gateway::{Config, Gateway, Limits, Log, example_path};
use stack::{Kind, Stack};
use testdb::{Database, Seeds};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    cargo::Build,
    functions::function_on,
    output::{Format, Output},
    routes,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_function_answers_its_first_example_as_a_real_process() {
    let mut databases = HashMap::new();
    for domain in Domain::ALL {
        databases.insert(domain, Database::new(domain, Seeds::Demo).await);
    }
    let running = databases[&Domain::Platform].stack.clone();
    if !running.has_pooler() {
        eprintln!("SKIPPED: this machine has no PgBouncer (apt-get install pgbouncer)");
        return;
    }
    for database in databases.values() {
        replicated(database).await;
    }
    // What changes a row that other examples change too, or needs something first, has a database of its own.
    let mut own = HashMap::new();
    for route in routes::all() {
        let given = route.examples[0].given;
        if route.if_match || !given.is_empty() {
            let database = Database::new(route.domain, Seeds::Demo).await;
            database.superuser().await.batch_execute(given).await.unwrap();
            own.insert(route.name, database);
        }
    }
    let stack = Stack::find().unwrap();
    let build = Build { root: stack.root(), release: false, only: &[], http: false };
    let binaries = build.run(&Output::new(Format::Table, true, 0)).await.unwrap();
    let functions = routes::all().into_iter().map(|route| {
        function_on(route, &running, &binaries, |kind| match own.get(route.name) {
            // The replica may not have it yet.
            Some(_) if kind == Kind::Read => None,
            Some(database) => database.url(kind),
            None => databases[&route.domain].url(kind),
        })
    });
    let (functions, log) = (functions.collect(), Log::none());
    let gateway = Gateway::start(Config { port: 0, functions, limits: Limits::default(), log })
        .await
        .unwrap();

    let mut wrong = Vec::new();
    for route in routes::all() {
        let at = (gateway.addr().port(), running.env["ARUURI_WEBHOOK_SECRETS"].as_str());
        let (status, answer) = request(route, at).await;
        if status != route.examples[0].status {
            wrong.push(format!("{}: {answer}", route.name));
        }
    }
    gateway.stop().await;

    assert_eq!(wrong, Vec::<String>::new());
}

/// Sends the route's first example and reads until the gateway closes.
async fn request(route: &Route, (port, secrets): (u16, &str)) -> (u16, String) {
    let example = &route.examples[0];
    let mut head = format!(
        "{} {}{} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {}\r\n",
        route.method,
        example_path(route, example),
        if example.query.is_empty() { String::new() } else { format!("?{}", example.query) },
        example.body.len(),
    );
    if let Some(role) = example.role {
        let signer = Stack::find().unwrap().signer().unwrap();
        let token = signer.token(stack::developer(), &[role], 600).unwrap();
        head += &format!("authorization: Bearer {token}\r\n");
    }
    if !example.body.is_empty() {
        head += "content-type: application/json\r\n";
    }
    for (name, value) in example.headers {
        let signed = stack::webhook_signature(value, example.body.as_bytes(), secrets);
        head += &format!("{name}: {}\r\n", signed.as_deref().unwrap_or(value));
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(format!("{head}\r\n{}", example.body).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    (status, answer)
}

/// Waits until the replica has what was just made on the primary.
async fn replicated(database: &Database) {
    let url = db::Url::find(database.domain, Access::Admin, |_| database.url(Kind::Read)).unwrap();
    for _ in 0..600 {
        if let Ok(session) = db::connect(&url, "test").await {
            let sql = "select 1 from pg_tables where tablename = 'idempotency_keys'";
            if session.simple_query(sql).await.is_ok_and(|rows| rows.len() > 2) {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the replica does not follow");
}
