//! `POST /v1/finance/disbursements/{id}/confirm`: the bank has paid.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Text;

use crate::{disbursements::step, posting::DRY_RUN, sql::disbursements::Disbursement};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-confirm-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements/{id}/confirm",
    summary: "Records the bank's confirmation of a payment under way.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(confirm(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-reference", body: "{}", status: 422, ..GOOD },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["060824a1-f4cc-59f7-92d6-9989fac1411f"],
    headers: &[("idempotency-key", "confirm-1"), ("if-match", "\"3\"")],
    body: r#"{"bank_ref": "FP-2026-11-20-0042"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "DisbursementConfirmation")
)]
pub struct Input {
    /// The bank's own reference, at most 200 characters.
    bank_ref: Text<500>,
}

async fn confirm(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { bank_ref } = req.json()?;
    if bank_ref.as_str().chars().count() > 200 {
        return Err(Problem::invalid("/bank_ref", "must be at most 200 characters"));
    }
    step(req, db, "confirm", Some(bank_ref), None).await
}
