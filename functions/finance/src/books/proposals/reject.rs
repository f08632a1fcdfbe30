//! `POST /v1/finance/journal-proposals/{id}/reject`: put a proposed journal away.
use api::{Allow, Example, Idempotency, Method, Route, Shape, problem};
use db::{Access, Domain};

use super::{EXAMPLE, decide};
use crate::sql::proposals::JournalProposal;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-reject-journal",
    method: Method::POST,
    path: "/v1/finance/journal-proposals/{id}/reject",
    summary: "Puts a proposed journal away: it is never posted.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    reply: Shape::of::<JournalProposal>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(decide(req, db, "rejected")),
    examples: &[
        GOOD,
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
    path: &[EXAMPLE],
    headers: &[("idempotency-key", "reject-interest"), ("if-match", "\"1\"")],
    ..Example::DEFAULT
};
