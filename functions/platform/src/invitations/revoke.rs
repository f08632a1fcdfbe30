//! `DELETE /v1/platform/invitations/{id}`: take an invitation back.
use api::{Allow, Example, Method, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::InvitationId;

use crate::sql::invitations::REVOKE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-revoke-invitation",
    method: Method::DELETE,
    path: "/v1/platform/invitations/{id}",
    summary: "Takes an invitation back, with its roles and its login; one that was accepted stays.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("roles.grant"),
    status: 204,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(revoke(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "accepted",
            given: "insert into identity.invitations (id, user_id, invited_by, expires_at, accepted_at)
              values ('c0a80101-0000-4000-8000-000000000003', '740a9cfb-831e-56f9-9819-642ee04660ef',
                '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24', now() + interval '7 days', now())",
            status: 409,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: super::INVITED,
    role: Some("admin"),
    path: &["c0a80101-0000-4000-8000-000000000003"],
    status: 204,
    ..Example::DEFAULT
};

async fn revoke(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: InvitationId = req.path("id")?;
    let found = REVOKE.opt(db, (id, req.actor()?, req.scope("users.write")?)).await?;
    match found.ok_or_else(|| Problem::not_found("invitation"))?.accepted {
        true => Err(Problem::conflict("the invitation was accepted: take its roles away instead")),
        false => api::no_content(),
    }
}
