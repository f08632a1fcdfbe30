//! `POST /v1/finance/quotes/{id}/decline`: the customer does not want it.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Text;

use crate::{posting::DRY_RUN, quotes::step, sql::quotes::QuoteWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-decline-quote",
    method: Method::POST,
    path: "/v1/finance/quotes/{id}/decline",
    summary: "Records that the customer declined a quote.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<QuoteWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::QUOTE_STATE],
    answer: |req, db| Box::pin(decline(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-sent",
            path: &["dbf50d0c-d90f-53d4-ac90-4ba41de83354"],
            headers: &[("idempotency-key", "not-sent"), ("if-match", "\"1\"")],
            status: 409,
            ..GOOD
        },
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
    path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
    headers: &[("idempotency-key", "decline-1"), ("if-match", "\"2\"")],
    body: r#"{"reason": "Too dear"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "QuoteRefusal"))]
pub struct Input {
    /// Why, as the customer said.
    #[serde(default)]
    reason: Option<Text<500>>,
}

async fn decline(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { reason } = req.json()?;
    step(req, db, "decline", None, None, reason).await
}
