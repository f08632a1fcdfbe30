//! `POST /v1/finance/journal-proposals/{id}/approve`: somebody else posts a proposed journal.
use api::{Allow, Example, Idempotency, Method, Route, Shape, problem};
use db::{Access, Domain};

use super::{EXAMPLE, OWN, decide};
use crate::{posting::DRY_RUN, sql::proposals::JournalProposal};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-approve-journal",
    method: Method::POST,
    path: "/v1/finance/journal-proposals/{id}/approve",
    summary: "Posts a proposed journal; never by who proposed it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    reply: Shape::of::<JournalProposal>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::FOUR_EYES,
        problem::INSUFFICIENT_FUNDS,
        problem::PERIOD_CLOSED,
        problem::CONFLICT,
    ],
    answer: |req, db| Box::pin(decide(req, db, "posted")),
    examples: &[
        GOOD,
        Example { name: "by-who-proposed-it", path: &[OWN], status: 403, ..GOOD },
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
    headers: &[("idempotency-key", "approve-interest"), ("if-match", "\"1\"")],
    ..Example::DEFAULT
};
