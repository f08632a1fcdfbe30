//! `POST /v1/finance/gift-aid/claims/{id}/receive`: book what the tax office has paid.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ClaimId, Currency, Date, Money};

use super::{refusals, stepped};
use crate::sql::claims::{Claim, RECEIVE};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-receive-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/receive",
    summary: "Books what the tax office paid for a claim, and the lines that it did not pay.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Claim>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CLAIM_STATE, problem::RECEIPT_ABOVE_DUE],
    answer: |req, db| Box::pin(receive(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "too-much",
            headers: &[("if-match", r#""6""#), ("idempotency-key", "r2")],
            body: r#"{"amount": {"amount": 9900, "currency": "GBP"}, "received_on": "2026-11-20"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "in-euros",
            headers: &[("if-match", r#""6""#), ("idempotency-key", "r3")],
            body: r#"{"amount": {"amount": 2500, "currency": "EUR"}, "received_on": "2026-11-20"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "not-submitted",
            path: super::DRAFT,
            headers: &[("if-match", r#""2""#), ("idempotency-key", "r4")],
            status: 409,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: super::ACCEPTED,
    headers: &[("if-match", r#""6""#), ("idempotency-key", "r1")],
    body: r#"{"amount": {"amount": 2500, "currency": "GBP"}, "received_on": "2026-11-20"}"#,
    ..Example::DEFAULT
};

/// What was paid.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ClaimReceipt"))]
pub struct Input {
    /// What came in, pounds.
    amount: Money,
    /// The part of it that is for small donations; what is short of their claim will not come.
    #[serde(default)]
    small_donations: Option<Money>,
    /// Day it came in, the accounting date.
    received_on: Date,
    /// Numbers of lines that were not paid; they can be claimed again once what was wrong is mended.
    #[serde(default)]
    unpaid: Vec<u16>,
}

async fn receive(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let (version, key, actor) = (req.if_match()?, req.required_key()?, req.actor()?);
    let Input { amount, small_donations, received_on, mut unpaid } = req.json()?;
    if amount.currency() != Currency::GBP {
        return Err(Problem::invalid(
            "/amount/currency",
            "must be GBP: the tax office pays pounds",
        ));
    }
    if amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 penny"));
    }
    if small_donations.is_some_and(|part| {
        part.currency() != Currency::GBP || !(1..=amount.minor()).contains(&part.minor())
    }) {
        return Err(Problem::invalid("/small_donations", "must be a part of the amount, in GBP"));
    }
    let small = small_donations.map_or(0, Money::minor);
    if small == amount.minor() && !unpaid.is_empty() {
        return Err(Problem::invalid("/unpaid", "goes with a payment for gifts"));
    }
    unpaid.sort_unstable();
    unpaid.dedup();
    let params = (
        key.scope,
        key.key,
        key.fingerprint,
        id,
        version,
        amount.minor(),
        small,
        received_on,
        json!(unpaid),
        actor,
        req.id().to_owned(),
    );
    let received = RECEIVE
        .opt(db, params)
        .await
        .on_constraint("claims_unpaid_lines", || {
            Problem::invalid("/unpaid", "names a line that the claim has not, or that is settled")
        })
        .on_constraint("claims_received_limit", || {
            Problem::new(
                problem::RECEIPT_ABOVE_DUE,
                "book what is above the claim by a manual journal",
            )
        })
        .on_constraint("gasds_claims_received", || {
            let detail =
                "the small donations of the claim are owed less, or nothing: read the tax year";
            Problem::new(problem::RECEIPT_ABOVE_DUE, detail)
        })
        .on_constraint("accounting_periods_open", || {
            Problem::invalid("/received_on", "is in no open accounting period")
        });
    let step = refusals(received)?;
    stepped(req, Ok(step))
}
