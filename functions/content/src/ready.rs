//! `GET /v1/content/health/ready`: does the content database answer?
use api::{Allow, Example, Method, Ready, Route, Shape};
use db::{Access, Domain};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-ready",
    method: Method::GET,
    path: "/v1/content/health/ready",
    summary: "Tells whether the content database answers.",
    domain: Domain::Content,
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
