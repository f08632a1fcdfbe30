//! `POST /v1/finance/mandates/{id}/cancel`: nothing is collected any more.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Text;

use crate::{mandates::step, sql::mandates::Mandate};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-cancel-mandate",
    method: Method::POST,
    path: "/v1/finance/mandates/{id}/cancel",
    summary: "Cancels a standing promise for good.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Mandate>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::MANDATE_STATE],
    answer: |req, db| Box::pin(cancel(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-from-there",
            path: &["5d6c96e0-3c7b-564a-9a1d-d6b0470e47a4"],
            headers: &[("idempotency-key", "not-from-there"), ("if-match", "\"2\"")],
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
    path: &["14c6f1f7-cfb7-5d40-9b14-48c67e3aea7d"],
    headers: &[("idempotency-key", "cancel-1"), ("if-match", "\"2\"")],
    body: r#"{"reason": "Moved away"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "MandateCancellation")
)]
pub struct Input {
    /// Why.
    #[serde(default)]
    reason: Option<Text<500>>,
}

async fn cancel(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { reason } = req.json()?;
    step(req, db, "cancel", reason.map(|reason| reason.as_str().to_owned())).await
}
