//! `DELETE /v1/platform/role-grants/{id}`: take a role away.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::RoleGrantId;

use crate::sql::roles::{REVOKE, Revoked};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-revoke-role",
    method: Method::DELETE,
    path: "/v1/platform/role-grants/{id}",
    summary: "Takes a role away, by who may grant roles where it holds; tokens that are out live on for ten minutes.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("roles.grant"),
    status: 204,
    if_match: true,
    answer: |req, db| Box::pin(revoke(req, db)),
    examples: &[
        GOOD,
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        // The token says admin, the database knows of no such grant.
        Example { name: "not-there", given: super::NO_ADMIN, status: 404, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["1441a644-6441-5eee-a685-b3d6c6cde2e1"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn revoke(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: RoleGrantId = req.path("id")?;
    let version = req.if_match()?;
    match REVOKE.opt(db, (id, version, req.actor()?)).await? {
        None => Err(Problem::not_found("role grant")),
        Some(Revoked { done: false, before: false }) => Err(api::stale()),
        Some(_) => api::no_content(),
    }
}
