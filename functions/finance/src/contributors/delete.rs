//! `DELETE /v1/finance/contributors/{id}`: hide a contributor; what they gave stays in the books.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::ContributorId;

use crate::sql::contributors::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-delete-contributor",
    method: Method::DELETE,
    path: "/v1/finance/contributors/{id}",
    summary: "Deletes a contributor; it can be restored.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("contributors.write"),
    status: 204,
    if_match: true,
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let found = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await?;
    api::deleted(found, "contributor")
}
