//! `POST /v1/platform/sign-out-everywhere`: end every login of the caller.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};

use crate::sql::identity::END_SESSIONS;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-out-everywhere",
    method: Method::POST,
    path: "/v1/platform/sign-out-everywhere",
    summary: "Ends every login of the caller, this one too.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    answer: |req, db| Box::pin(sign_out_everywhere(req, db)),
    examples: &[GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), status: 204, ..Example::DEFAULT };

async fn sign_out_everywhere(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let row = (req.actor()?, None, None, "logout", req.origin());
    END_SESSIONS.one(db, row).await?;
    api::no_content()
}
