//! `DELETE /v1/platform/api-tokens/{id}`: end a token.
use api::{Allow, Example, Method, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::ApiTokenId;

use crate::sql::api_tokens::REVOKE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-revoke-api-token",
    method: Method::DELETE,
    path: "/v1/platform/api-tokens/{id}",
    summary: "Ends an api token of the caller; access tokens that it got live on for at most ten minutes.",
    domain: Domain::Platform,
    access: Access::Write,
    // Whoever has lost the right to make tokens must still be able to end them.
    allow: Allow::AnyToken,
    status: 204,
    problems: &[problem::FORBIDDEN],
    answer: |req, db| Box::pin(revoke(req, db)),
    examples: &[GOOD.not_found(), GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: super::exchange::TOKEN,
    role: Some("admin"),
    path: &["5a6d9a5c-4a43-4c3b-8f52-1f4b6a9b0c11"],
    status: 204,
    ..Example::DEFAULT
};

async fn revoke(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ApiTokenId = req.path("id")?;
    let caller = req.caller()?;
    if caller.token.is_some_and(|own| own != id) && !caller.may("tokens.write") {
        // A program that was given little must not be able to end what its owner's other programs live on.
        let detail = "a token without the permission tokens.write ends itself only";
        return Err(Problem::new(problem::FORBIDDEN, detail));
    }
    match REVOKE.one(db, (id, req.actor()?, req.origin())).await?.known {
        true => api::no_content(),
        false => Err(Problem::not_found("api token")),
    }
}
