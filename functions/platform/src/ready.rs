//! `GET /v1/platform/health/ready`: does the platform database answer?
use api::{Allow, Example, Method, Ready, Route, Shape};
use db::{Access, Domain};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-ready",
    method: Method::GET,
    path: "/v1/platform/health/ready",
    summary: "Tells whether the platform database answers.",
    domain: Domain::Platform,
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
