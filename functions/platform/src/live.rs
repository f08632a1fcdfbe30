//! `GET /v1/health/live`: does a function answer at all?
use api::{Allow, Example, Method, Problem, Response, Route, Shape};
use db::Domain;
use serde::Serialize;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-live",
    method: Method::GET,
    path: "/v1/health/live",
    summary: "Tells that functions answer; looks at no database.",
    domain: Domain::Platform,
    allow: Allow::Public,
    reply: Shape::of::<Live>(),
    timeout_s: 5,
    answer: |_, _| Box::pin(async { live() }),
    examples: &[
        Example::DEFAULT,
        Example { name: "unknown-parameter", query: "deep=true", status: 422, ..Example::DEFAULT },
    ],
    ..Route::DEFAULT
};

/// A function answered.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Live {
    /// Always true.
    pub live: bool,
}

fn live() -> Result<Response, Problem> {
    Response::json(200, &Live { live: true })
}
