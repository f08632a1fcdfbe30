//! `POST /v1/finance/mandates/{id}/activate`: its processor knows it.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Line;

use crate::{mandates::step, sql::mandates::Mandate};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-activate-mandate",
    method: Method::POST,
    path: "/v1/finance/mandates/{id}/activate",
    summary: "Records the processor's id of a standing promise: it is collected from now on.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Mandate>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::MANDATE_STATE, problem::CONFLICT],
    answer: |req, db| Box::pin(activate(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-from-there",
            path: &["14c6f1f7-cfb7-5d40-9b14-48c67e3aea7d"],
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
    path: &["0e5860f9-7b70-58fe-a187-01bf03114ae3"],
    headers: &[("idempotency-key", "activate-1"), ("if-match", "\"1\"")],
    body: r#"{"processor_ref": "MD0003"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "MandateActivation")
)]
pub struct Input {
    /// The processor's own id of it.
    processor_ref: Line<200>,
}

async fn activate(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { processor_ref } = req.json()?;
    step(req, db, "activate", Some(processor_ref.as_str().to_owned())).await
}
