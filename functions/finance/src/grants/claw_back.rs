//! `POST /v1/finance/grants/{id}/claw-back`: who gave a grant wants it back.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Money, Text};

use crate::{
    grants::{With, step},
    posting::DRY_RUN,
    sql::grants::Grant,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-claw-back-grant",
    method: Method::POST,
    path: "/v1/finance/grants/{id}/claw-back",
    summary: "Records that a grant, or part of what was received of it, has to be paid back; what is still to come is written off.",
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
        Example {
            name: "more-than-was-received",
            body: r#"{"amount": {"amount": 40001, "currency": "GBP"}, "reason": "All of it"}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "no-reason", body: r#"{}"#, status: 422, ..GOOD },
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
    path: &["38efa371-7e67-53fe-abde-bf01f200cc4a"],
    headers: &[("idempotency-key", "claw-back-1"), ("if-match", "\"3\"")],
    body: r#"{"amount": {"amount": 20000, "currency": "GBP"}, "reason": "The windows were smaller."}"#,
    ..Example::DEFAULT
};

/// What has to go back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "GrantClawBack"))]
pub struct Input {
    /// How much, in minor units; all that was received if absent.
    #[serde(default)]
    amount: Option<Money>,
    /// For the books.
    reason: Text<500>,
}

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { amount, reason } = req.json()?;
    step(req, db, "claw_back", With { amount, words: Some(reason.as_str().to_owned()), on: None })
        .await
}
