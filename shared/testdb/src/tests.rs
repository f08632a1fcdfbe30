mod bad_input;
mod connection;
mod consistency;
mod failures;
mod pooler;
mod secrets;

use api::{Allow, Idempotency, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain, Session, Sql, row, statements};
use serde_json::json;

row! {
    /// Where and as what a statement ran.
    #[derive(Debug)]
    struct Ran {
        pid: Option<i32>,
        role: Option<String>,
        standby: Option<bool>,
        echo: Option<String>,
    }
}

row! {
    /// How long a statement may run.
    #[derive(Debug)]
    struct Limit {
        ms: Option<i32>,
    }
}

statements! {
    const SESSION: Sql<(String,), Ran> = Sql::new(
        "select pg_backend_pid() as pid, current_user::text as role,
                pg_is_in_recovery() as standby, $1 as echo",
    );
    const ADD: Sql<(String, String), ()> = Sql::new(
        "insert into content.idempotency_keys (scope, key, fingerprint)
         values ($1, $2, sha256('x'))",
    );
    const SLEEP: Sql<(), ()> = Sql::new("select pg_sleep(60)");
    const LIMIT: Sql<(), Limit> =
        Sql::new("select setting::integer as ms from pg_settings where name = 'statement_timeout'");
}

/// A route that says where it ran.
const READ: Route = Route {
    name: "content-test-read",
    path: "/v1/content/session",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Public,
    answer: |req, db| Box::pin(session(req, db)),
    ..Route::DEFAULT
};

/// A route that writes one row.
const WRITE: Route = Route {
    name: "content-test-write",
    method: Method::POST,
    path: "/v1/content/keys/{key}",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Public,
    answer: |req, db| Box::pin(add(req, db)),
    ..Route::DEFAULT
};

/// A route whose statement takes longer than its time.
const SLOW: Route = Route {
    name: "content-test-slow",
    timeout_s: 1,
    answer: |_, db| Box::pin(async { Response::json(200, &SLEEP.all(db, ()).await?.len()) }),
    ..READ
};

/// A route that does its work once per key.
const ONCE: Route = Route {
    name: "content-test-once",
    method: Method::POST,
    access: Access::Write,
    allow: Allow::SignedIn,
    idempotency: Idempotency::Accepted,
    in_session: Some(|req, db| Box::pin(once(req, db))),
    ..READ
};

async fn once(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    api::once(req, db, async |on| {
        let ran = SESSION.one(on, (String::new(),)).await?;
        Response::json(200, &json!({ "pid": ran.pid }))
    })
    .await
}

async fn session(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let echo = req.header("x-echo").unwrap_or_default().to_owned();
    let Ran { pid, role, standby, echo } = SESSION.one(db, (echo,)).await?;
    Response::json(200, &json!({ "pid": pid, "role": role, "standby": standby, "echo": echo }))
}

async fn add(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    ADD.all(db, ("test".to_owned(), req.path("key")?)).await?;
    Ok(Response::new(204))
}
