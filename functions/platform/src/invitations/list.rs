//! `GET /v1/platform/invitations`: who was asked to join.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::invitations::{Invitation, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-invitations",
    method: Method::GET,
    path: "/v1/platform/invitations",
    summary: "Lists invitations, newest first, a page at a time: all for who may change logins, else the caller's own.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("roles.grant"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Invitation>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "own", role: Some("team_lead"), ..GOOD },
        Example { name: "unknown-order", query: "sort=email", status: 422, ..GOOD },
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { given: super::INVITED, role: Some("admin"), query: "limit=5", ..Example::DEFAULT };

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (created_at, id) = list.after()?;
    let scope = req.scope("users.write")?;
    let rows = NEWEST.all(db, (scope, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
