//! `POST /v1/finance/quotes/{id}/accept`: the customer wants it.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::ContactId;

use crate::{posting::DRY_RUN, quotes::step, sql::quotes::QuoteWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-accept-quote",
    method: Method::POST,
    path: "/v1/finance/quotes/{id}/accept",
    summary: "Records that the customer accepted a quote, until its last day; it is kept word for word.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<QuoteWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::QUOTE_STATE, problem::QUOTE_EXPIRED],
    answer: |req, db| Box::pin(accept(req, db)),
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
    headers: &[("idempotency-key", "accept-1"), ("if-match", "\"2\"")],
    body: r#"{"accepted_by": "8e8c2a66-4291-57b5-b08b-c7be06cd28a8"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "QuoteAcceptance"))]
pub struct Input {
    /// Contact who accepted; the caller if absent.
    #[serde(default)]
    accepted_by: Option<ContactId>,
}

async fn accept(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { accepted_by } = req.json()?;
    step(req, db, "accept", None, accepted_by, None).await
}
