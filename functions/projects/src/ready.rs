//! `GET /v1/projects/health/ready`: does the projects database answer?
use api::{Allow, Example, Method, Ready, Route, Shape};
use db::{Access, Domain};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-ready",
    method: Method::GET,
    path: "/v1/projects/health/ready",
    summary: "Tells whether the projects database answers.",
    domain: Domain::Projects,
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
