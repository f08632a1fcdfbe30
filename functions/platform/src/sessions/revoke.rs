//! `DELETE /v1/platform/sessions/{id}`: end one login of the caller.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::SessionId;

use crate::sql::identity::END_SESSIONS;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-revoke-session",
    method: Method::DELETE,
    path: "/v1/platform/sessions/{id}",
    summary: "Ends a login of the caller: its refresh token is refused from now on.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    answer: |req, db| Box::pin(revoke(req, db)),
    examples: &[GOOD.not_found(), GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "insert into identity.sessions (id, user_id, family_id, token_hash, expires_at)
            values ('0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10', '184787e6-97b1-52d6-8102-2c3e0971eea4',
              '0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10', sha256('a-refresh-token'), now() + interval '1 day')",
    role: Some("admin"),
    path: &["0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10"],
    status: 204,
    ..Example::DEFAULT
};

async fn revoke(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SessionId = req.path("id")?;
    let row = (req.actor()?, Some(id), None, "logout", req.origin());
    match END_SESSIONS.one(db, row).await?.ended {
        0 => Err(Problem::not_found("session")),
        _ => api::no_content(),
    }
}
