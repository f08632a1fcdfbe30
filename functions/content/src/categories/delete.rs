//! `DELETE /v1/content/categories/{id}`: hide a category.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::CategoryId;

use crate::sql::categories::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "content-delete-category",
    method: Method::DELETE,
    path: "/v1/content/categories/{id}",
    summary: "Deletes a category; it can be restored.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    status: 204,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "in-use",
            path: &["edfea5bc-d664-563b-8da7-a1700f8a878d"],
            status: 409,
            ..GOOD
        },
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
    path: &["8e58b040-d61e-56da-b5f6-6a7850f05713"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CategoryId = req.path("id")?;
    let found = DELETE
        .opt(db, (id, req.if_match()?, req.actor()?))
        .await
        .on_constraint("categories_parent_id_fkey", || {
            Problem::conflict("categories lie below this one: move or delete them first")
        })?;
    api::deleted(found, "category")
}
