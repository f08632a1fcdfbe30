//! `POST /v1/finance/quotes/{id}/send`: the customer gets it; it never changes from now on.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Date;

use crate::{posting::DRY_RUN, quotes::step, sql::quotes::QuoteWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-send-quote",
    method: Method::POST,
    path: "/v1/finance/quotes/{id}/send",
    summary: "Sends a quote: it gets the next number and never changes; the one that it replaces no longer stands.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<QuoteWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::QUOTE_STATE, problem::QUOTE_EXPIRED, problem::QUOTE_STANDS],
    answer: |req, db| Box::pin(send(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "sent-before",
            path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
            headers: &[("idempotency-key", "sent-before"), ("if-match", "\"2\"")],
            status: 409,
            ..GOOD
        },
        Example { name: "too-late", body: r#"{"valid_until": "2020-01-31"}"#, status: 409, ..GOOD },
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
    path: &["dbf50d0c-d90f-53d4-ac90-4ba41de83354"],
    headers: &[("idempotency-key", "send-1"), ("if-match", "\"1\"")],
    body: r#"{"valid_until": "2099-01-31"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "QuoteSending"))]
pub struct Input {
    /// Last day of the offer, if it is not said yet.
    #[serde(default)]
    valid_until: Option<Date>,
}

async fn send(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { valid_until } = req.json()?;
    step(req, db, "send", valid_until, None, None).await
}
