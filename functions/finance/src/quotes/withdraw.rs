//! `POST /v1/finance/quotes/{id}/withdraw`: a draft that nobody will get.
use api::{Allow, Example, Idempotency, Method, Route, Shape, problem};
use db::{Access, Domain};

use crate::{posting::DRY_RUN, quotes::step, sql::quotes::QuoteWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-withdraw-quote",
    method: Method::POST,
    path: "/v1/finance/quotes/{id}/withdraw",
    summary: "Withdraws the draft of a quote for good: it gets no number, and can be read.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    query: &[DRY_RUN],
    reply: Shape::of::<QuoteWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::QUOTE_STATE],
    answer: |req, db| Box::pin(step(req, db, "withdraw", None, None, None)),
    examples: &[
        GOOD,
        Example {
            name: "sent-before",
            path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
            headers: &[("idempotency-key", "sent-before"), ("if-match", "\"2\"")],
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
    path: &["dbf50d0c-d90f-53d4-ac90-4ba41de83354"],
    headers: &[("idempotency-key", "withdraw-1"), ("if-match", "\"1\"")],
    ..Example::DEFAULT
};
