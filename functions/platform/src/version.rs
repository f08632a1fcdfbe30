//! `GET /v1/health/version`: which build answers?
use api::{Allow, Example, Method, Route, Shape, Version};
use db::Domain;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-version",
    method: Method::GET,
    path: "/v1/health/version",
    summary: "Tells which build answers.",
    domain: Domain::Platform,
    allow: Allow::Public,
    reply: Shape::of::<Version>(),
    timeout_s: 5,
    answer: |req, _| Box::pin(async { api::version(req) }),
    examples: &[
        Example::DEFAULT,
        Example { name: "unknown-parameter", query: "deep=true", status: 422, ..Example::DEFAULT },
    ],
    ..Route::DEFAULT
};
