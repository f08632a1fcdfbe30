//! `POST /v1/finance/mandates/{id}/resume`: it is collected again.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{mandates::step, sql::mandates::Mandate};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-resume-mandate",
    method: Method::POST,
    path: "/v1/finance/mandates/{id}/resume",
    summary: "Resumes a paused standing promise from its next due date on.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    reply: Shape::of::<Mandate>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::MANDATE_STATE],
    answer: |req, db| Box::pin(resume(req, db)),
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
    path: &["4cce0e70-8b85-513c-adb7-5e41ba0ab676"],
    headers: &[("idempotency-key", "resume-1"), ("if-match", "\"3\"")],
    ..Example::DEFAULT
};

async fn resume(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    step(req, db, "resume", None).await
}
