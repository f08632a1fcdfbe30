//! `GET /v1/finance/health/ready`: does the finance database answer?
use api::{Allow, Example, Method, Ready, Route, Shape};
use db::{Access, Domain};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-ready",
    method: Method::GET,
    path: "/v1/finance/health/ready",
    summary: "Tells whether the finance database answers.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Public,
    reply: Shape::of::<Ready>(),
    timeout_s: 5,
    answer: |_, db| Box::pin(api::ready(db)),
    examples: &[
        Example::DEFAULT,
        Example { name: "unknown-parameter", query: "deep=true", status: 422, ..Example::DEFAULT },
    ],
    ..Route::DEFAULT
};
