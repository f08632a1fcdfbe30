//! `POST /v1/finance/grants/{id}/repay`: what had to go back is paid.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Date;

use crate::{
    grants::{With, step},
    posting::DRY_RUN,
    sql::grants::Grant,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-repay-grant",
    method: Method::POST,
    path: "/v1/finance/grants/{id}/repay",
    summary: "Records that what had to go back of a grant was paid.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<Grant>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(answer(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-day", body: r#"{"paid_on": "2026-11-31"}"#, status: 422, ..GOOD },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["40b96760-dc77-5ff4-9dc6-c0cc9662295d"],
    headers: &[("idempotency-key", "repay-1"), ("if-match", "\"4\"")],
    body: r#"{"paid_on": "2026-11-20"}"#,
    ..Example::DEFAULT
};

/// When it was paid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "GrantRepayment"))]
pub struct Input {
    /// Accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    paid_on: Option<Date>,
}

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { paid_on } = req.json()?;
    step(req, db, "repay", With { on: paid_on, ..With::default() }).await
}
