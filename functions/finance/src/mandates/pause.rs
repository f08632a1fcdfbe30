//! `POST /v1/finance/mandates/{id}/pause`: nothing is collected for a while.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{mandates::step, sql::mandates::Mandate};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-pause-mandate",
    method: Method::POST,
    path: "/v1/finance/mandates/{id}/pause",
    summary: "Pauses a standing promise: what falls due meanwhile is not collected.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    reply: Shape::of::<Mandate>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::MANDATE_STATE],
    answer: |req, db| Box::pin(pause(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-from-there",
            path: &["0e5860f9-7b70-58fe-a187-01bf03114ae3"],
            headers: &[("idempotency-key", "not-from-there"), ("if-match", "\"1\"")],
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
    headers: &[("idempotency-key", "pause-1"), ("if-match", "\"2\"")],
    ..Example::DEFAULT
};

async fn pause(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    step(req, db, "pause", None).await
}
