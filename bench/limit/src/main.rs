//! What a function costs at least: the measure that `cargo aruuri bench` holds ours against.
//!
//! Three requests of the finance domain in one hand-tuned binary, with the crates that ours stand on
//! and none of our code: no pool, no retries, no checks of the caller, no problem details. The SQL is
//! that of the functions it is compared with, so that the database does the same work for both.
mod sql;

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use lambda_http::{Body, Error, Request, Response, http::Method, service_fn};
use native_tls::TlsConnector;
use postgres_native_tls::MakeTlsConnector;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls, Row, config::SslMode, types::Type};
use uuid::Uuid;

/// The connection, once it is open.
type Connection = OnceCell<Client>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config: Config = std::env::var("DATABASE_URL")?.parse()?;
    let connection = Arc::new(Connection::new());
    let (early, early_config) = (connection.clone(), config.clone());
    // While the first poll waits for its event; the request waits for the rest, or tries again.
    tokio::spawn(async move {
        let _ = early.get_or_try_init(|| connect(&early_config)).await;
    });
    let handler = async |request: Request| {
        let client = connection.get_or_try_init(|| connect(&config)).await?;
        answer(request, client).await
    };
    lambda_http::run(service_fn(handler)).await
}

async fn connect(config: &Config) -> Result<Client, Error> {
    // Building a connector reads certificates: only when the URL asks for TLS.
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let tls = MakeTlsConnector::new(TlsConnector::new()?);
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn answer(request: Request, client: &Client) -> Result<Response<Body>, Error> {
    let path = request.uri().path();
    let id = path.strip_prefix("/v1/finance/contributions").ok_or("unknown path")?;
    let id = id.strip_prefix('/').map(str::parse::<Uuid>).transpose()?;
    match (request.method(), id) {
        (&Method::GET, Some(id)) => find(client, id).await,
        (&Method::GET, None) => list(client).await,
        (&Method::POST, None) => create(client, &request).await,
        _ => Err("unknown request".into()),
    }
}

async fn find(client: &Client, id: Uuid) -> Result<Response<Body>, Error> {
    let params: [sql::Param<'_>; 2] = [(&id, Type::UUID), (&None::<Uuid>, Type::UUID)];
    match client.query_typed(sql::FIND, &params).await?.first() {
        Some(row) => json(200, &Contribution::read(row)?),
        None => json(404, &()),
    }
}

async fn list(client: &Client) -> Result<Response<Body>, Error> {
    let nobody = &None::<Uuid>;
    let params: [sql::Param<'_>; 9] = [
        (nobody, Type::UUID),
        (nobody, Type::UUID),
        (nobody, Type::UUID),
        (&None::<&str>, Type::TEXT),
        (&None::<Date>, Type::DATE),
        (&None::<Date>, Type::DATE),
        (&None::<Timestamp>, Type::TIMESTAMPTZ),
        (nobody, Type::UUID),
        (&21_i64, Type::INT8),
    ];
    let rows = client.query_typed(sql::OLDEST, &params).await?;
    let data = rows.iter().take(20).map(Contribution::read).collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { data })
}

async fn create(client: &Client, request: &Request) -> Result<Response<Body>, Error> {
    let key = request.headers().get("idempotency-key").ok_or("no key")?.to_str()?;
    let body = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    let Input { id, contributor_id, project_ref, amount, note, occurred_on } =
        serde_json::from_slice(body)?;
    let actor = Uuid::nil();
    let request_id = Uuid::now_v7().to_string();
    let params: [sql::Param<'_>; 13] = [
        (&"limit", Type::TEXT),
        (&key, Type::TEXT),
        // Whoever repeats a key here repeats its request.
        (&&[0_u8; 32][..], Type::BYTEA),
        (&id, Type::UUID),
        (&contributor_id, Type::UUID),
        (&project_ref, Type::UUID),
        (&amount.amount, Type::INT8),
        (&amount.currency, Type::TEXT),
        (&note, Type::TEXT),
        (&occurred_on, Type::DATE),
        (&actor, Type::UUID),
        (&request_id, Type::TEXT),
        (&None::<Uuid>, Type::UUID),
    ];
    match client.query_typed(sql::CONTRIBUTE, &params).await?.first() {
        Some(row) => json(201, &Contribution::read(row)?),
        None => json(422, &()),
    }
}

fn json(status: u16, value: &impl Serialize) -> Result<Response<Body>, Error> {
    let body = Body::Text(serde_json::to_string(value)?);
    Ok(Response::builder().status(status).header("content-type", "application/json").body(body)?)
}

#[derive(Deserialize)]
struct Input {
    id: Uuid,
    contributor_id: Uuid,
    project_ref: Option<Uuid>,
    amount: Money,
    note: Option<String>,
    occurred_on: Option<Date>,
}

#[derive(Deserialize, Serialize)]
struct Money {
    amount: i64,
    currency: String,
}

#[derive(Serialize)]
struct Page<'a> {
    data: Vec<Contribution<'a>>,
}

#[derive(Serialize)]
struct Contribution<'a> {
    id: Uuid,
    contributor_id: Uuid,
    fund_id: Uuid,
    project_ref: Option<Uuid>,
    designation: &'a str,
    amount: Money,
    note: Option<&'a str>,
    status: &'a str,
    occurred_on: Date,
    settled_at: Option<Timestamp>,
    journal_id: Option<Uuid>,
    created_at: Timestamp,
    version: i32,
}

impl<'a> Contribution<'a> {
    fn read(row: &'a Row) -> Result<Contribution<'a>, tokio_postgres::Error> {
        Ok(Contribution {
            id: row.try_get(0)?,
            contributor_id: row.try_get(1)?,
            fund_id: row.try_get(2)?,
            project_ref: row.try_get(3)?,
            designation: row.try_get(4)?,
            amount: Money { amount: row.try_get(5)?, currency: row.try_get(6)? },
            note: row.try_get(7)?,
            status: row.try_get(8)?,
            occurred_on: row.try_get(9)?,
            settled_at: row.try_get(10)?,
            journal_id: row.try_get(11)?,
            created_at: row.try_get(12)?,
            version: row.try_get(13)?,
        })
    }
}
