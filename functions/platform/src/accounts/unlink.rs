//! `DELETE /v1/platform/me/accounts/{id}`: an account elsewhere opens the caller's login no more.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::AccountLinkId;

use crate::sql::accounts::UNLINK;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-unlink-account",
    method: Method::DELETE,
    path: "/v1/platform/me/accounts/{id}",
    summary: "Has an account elsewhere open the caller's login no more; without a password, a link by mail still does.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    answer: |req, db| Box::pin(unlink(req, db)),
    examples: &[GOOD.not_found(), GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "insert into identity.accounts (id, user_id, provider, provider_account_id)
            values ('5b0d7f2e-4c31-4a5e-9d21-7f6a5b4c3d2e', '184787e6-97b1-52d6-8102-2c3e0971eea4',
              'https://issuer.example', '1')",
    role: Some("admin"),
    path: &["5b0d7f2e-4c31-4a5e-9d21-7f6a5b4c3d2e"],
    status: 204,
    ..Example::DEFAULT
};

async fn unlink(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: AccountLinkId = req.path("id")?;
    match UNLINK.one(db, (id, req.actor()?, req.origin())).await?.changed {
        true => api::no_content(),
        false => Err(Problem::not_found("account")),
    }
}
