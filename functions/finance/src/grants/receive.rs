//! `POST /v1/finance/grants/{id}/receive`: money of a grant is in the bank.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Date, Money, Text};

use crate::{
    grants::{With, step},
    posting::DRY_RUN,
    sql::grants::Grant,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-receive-grant",
    method: Method::POST,
    path: "/v1/finance/grants/{id}/receive",
    summary: "Records that money of a grant is in the bank: all that was still to come, or part of it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<Grant>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(answer(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "more-than-was-approved",
            body: r#"{"amount": {"amount": 250001, "currency": "GBP"}, "bank_ref": "FP-7742"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "another-currency",
            body: r#"{"amount": {"amount": 60000, "currency": "EUR"}, "bank_ref": "FP-7742"}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "no-reference", body: r#"{}"#, status: 422, ..GOOD },
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
    path: &["f09c70bc-b12e-5c00-b3a6-3672fa29e2b6"],
    headers: &[("idempotency-key", "receive-1"), ("if-match", "\"2\"")],
    body: r#"{"amount": {"amount": 60000, "currency": "GBP"}, "received_on": "2026-11-10", "bank_ref": "FP-7741"}"#,
    ..Example::DEFAULT
};

/// What arrived.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "GrantReceipt"))]
pub struct Input {
    /// How much, in minor units; all that is still to come if absent.
    #[serde(default)]
    amount: Option<Money>,
    /// Accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    received_on: Option<Date>,
    /// The bank's own reference.
    bank_ref: Text<200>,
}

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { amount, received_on, bank_ref } = req.json()?;
    step(
        req,
        db,
        "receive",
        With { amount, on: received_on, words: Some(bank_ref.as_str().to_owned()) },
    )
    .await
}
