//! `DELETE /v1/content/posts/{id}`: hide a post.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::PostId;

use crate::sql::posts::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "content-delete-post",
    method: Method::DELETE,
    path: "/v1/content/posts/{id}",
    summary: "Deletes a post; it can be restored.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
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
    role: Some("editor"),
    path: &["99f3d1d0-ddac-59c6-995f-72f9754c0616"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PostId = req.path("id")?;
    let found = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await?;
    api::deleted(found, "post")
}
