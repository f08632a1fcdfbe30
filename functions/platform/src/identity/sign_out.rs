//! `POST /v1/platform/sign-out`: end the login that the access token came from.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};

use crate::sql::identity::END_SESSIONS;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-out",
    method: Method::POST,
    path: "/v1/platform/sign-out",
    summary: "Ends this login: its refresh token is refused from now on, its access token when it ends by itself.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    answer: |req, db| Box::pin(sign_out(req, db)),
    examples: &[GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), status: 204, ..Example::DEFAULT };

async fn sign_out(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let caller = req.caller()?;
    // A token that came from no login has none to end.
    if let Some(family) = caller.session {
        let row = (caller.contact, Some(family), None, "logout", req.origin());
        END_SESSIONS.one(db, row).await?;
    }
    api::no_content()
}
