//! Rust with axum on sqlx: the three requests of `bench/limit`.
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{
    FromRow, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "select t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
           t.note, t.status, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version from "
    };
}

const FIND: &str = concat!(
    columns!(),
    "giving.contributions t join giving.contributors c on c.id = t.contributor_id where t.id = $1"
);

const OLDEST: &str = concat!(
    columns!(),
    "giving.contributions t join giving.contributors c on c.id = t.contributor_id
     where ($1::uuid is null or t.contributor_id = $1)
       and ($2::timestamptz is null or (t.created_at, t.id) > ($2, $3::uuid))
     order by t.created_at, t.id limit $4"
);

const CONTRIBUTE: &str = concat!(
    columns!(),
    "giving.contributors c
     cross join lateral giving.contribute('sqlx', $1, $2, $3, c.id, $5, $6, $7, $8, $9, $10, $11) t
     where c.id = $4"
);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let options: PgConnectOptions = std::env::var("DATABASE_URL")?.parse()?;
    // A transaction pooler keeps no prepared statement for its client, and PgBouncer refuses the setting.
    let options = options.statement_cache_capacity(0).extra_float_digits(None);
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let early = pool.clone();
    tokio::spawn(async move { drop(early.acquire().await) });
    let app = Router::new()
        .route("/v1/finance/contributions", get(list).post(create))
        .route("/v1/finance/contributions/{id}", get(find))
        .with_state(pool);
    lambda_http::run(app).await
}

async fn find(State(pool): State<PgPool>, Path(id): Path<Uuid>) -> Result<Response, Failed> {
    let row: Option<Row> = sqlx::query_as(FIND).bind(id).persistent(false).fetch_optional(&pool).await?;
    Ok(match row {
        Some(row) => Json(Contribution::from(row)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

#[derive(Deserialize)]
struct Wanted {
    limit: Option<i64>,
    contributor: Option<Uuid>,
    after: Option<DateTime<Utc>>,
    after_id: Option<Uuid>,
}

async fn list(State(pool): State<PgPool>, Query(wanted): Query<Wanted>) -> Result<Response, Failed> {
    let limit = wanted.limit.unwrap_or(20);
    let rows: Vec<Row> = sqlx::query_as(OLDEST)
        .bind(wanted.contributor)
        .bind(wanted.after)
        .bind(wanted.after_id)
        .bind(limit + 1)
        .persistent(false)
        .fetch_all(&pool)
        .await?;
    let page = usize::try_from(limit).unwrap_or(0);
    let data: Vec<Contribution> = rows.into_iter().take(page).map(Contribution::from).collect();
    Ok(Json(Page { data }).into_response())
}

async fn create(
    State(pool): State<PgPool>,
    headers: HeaderMap,
    Json(input): Json<Input>,
) -> Result<Response, Failed> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let row: Option<Row> = sqlx::query_as(CONTRIBUTE)
        .bind(key)
        .bind(&[0_u8; 32][..])
        .bind(input.id)
        .bind(input.contributor_id)
        .bind(input.project_ref)
        .bind(input.amount.amount)
        .bind(input.amount.currency)
        .bind(input.note)
        .bind(input.occurred_on)
        .bind(Uuid::nil())
        .bind(Uuid::new_v4().to_string())
        .persistent(false)
        .fetch_optional(&pool)
        .await?;
    Ok(match row {
        Some(row) => (StatusCode::CREATED, Json(Contribution::from(row))).into_response(),
        None => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    })
}

struct Failed(sqlx::Error);

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Failed {
        Failed(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

#[derive(Deserialize)]
struct Input {
    id: Uuid,
    contributor_id: Uuid,
    project_ref: Option<Uuid>,
    amount: Money,
    note: Option<String>,
    occurred_on: Option<NaiveDate>,
}

#[derive(Deserialize, Serialize)]
struct Money {
    amount: i64,
    currency: String,
}

#[derive(Serialize)]
struct Page {
    data: Vec<Contribution>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    contributor_id: Uuid,
    fund_id: Uuid,
    project_ref: Option<Uuid>,
    designation: String,
    amount_minor: i64,
    currency: String,
    note: Option<String>,
    status: String,
    occurred_on: NaiveDate,
    settled_at: Option<DateTime<Utc>>,
    journal_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    version: i32,
}

#[derive(Serialize)]
struct Contribution {
    id: Uuid,
    contributor_id: Uuid,
    fund_id: Uuid,
    project_ref: Option<Uuid>,
    designation: String,
    amount: Money,
    note: Option<String>,
    status: String,
    occurred_on: NaiveDate,
    settled_at: Option<String>,
    journal_id: Option<Uuid>,
    created_at: String,
    version: i32,
}

impl From<Row> for Contribution {
    fn from(row: Row) -> Contribution {
        Contribution {
            id: row.id,
            contributor_id: row.contributor_id,
            fund_id: row.fund_id,
            project_ref: row.project_ref,
            designation: row.designation,
            amount: Money { amount: row.amount_minor, currency: row.currency },
            note: row.note,
            status: row.status,
            occurred_on: row.occurred_on,
            settled_at: row.settled_at.map(moment),
            journal_id: row.journal_id,
            created_at: moment(row.created_at),
            version: row.version,
        }
    }
}

/// RFC 3339 without trailing zeros, as the API writes it.
fn moment(at: DateTime<Utc>) -> String {
    let text = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let text = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{text}Z")
}
