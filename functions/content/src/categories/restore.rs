//! `POST /v1/content/categories/{id}/restore`: bring a deleted category back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::CategoryId;

use crate::sql::categories::{Category, FIND, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-restore-category",
    method: Method::POST,
    path: "/v1/content/categories/{id}/restore",
    summary: "Restores a deleted category; a live one is answered as it is.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    reply: Shape::of::<Category>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("editor"),
    path: &["8e58b040-d61e-56da-b5f6-6a7850f05713"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CategoryId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("categories_slug_key", super::slug_taken)
        .on_constraint("categories_parent_id_fkey", || {
            Problem::conflict("the category above it is deleted: restore that first")
        })?;
    api::restored(req, restored, FIND.opt(db, (id,)), "category").await
}
