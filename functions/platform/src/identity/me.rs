//! `GET /v1/platform/me`: who the caller is.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};

use crate::sql::identity::{ME, Me};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-me",
    method: Method::GET,
    path: "/v1/platform/me",
    summary: "Tells who the caller is, and what they may do now.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::AnyToken,
    reply: Shape::of::<Me>(),
    answer: |req, db| Box::pin(me(req, db)),
    examples: &[GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("admin"), ..Example::DEFAULT };

async fn me(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let me = ME.opt(db, (req.actor()?,)).await?;
    Response::json(200, &me.ok_or_else(|| Problem::not_found("login"))?)
}
