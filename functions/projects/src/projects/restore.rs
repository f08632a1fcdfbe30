//! `POST /v1/projects/projects/{id}/restore`: bring a deleted project back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::ProjectId;

use crate::sql::projects::{FIND, Project, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-restore-project",
    method: Method::POST,
    path: "/v1/projects/projects/{id}/restore",
    summary: "Restores a deleted project; a live one is answered as it is.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    reply: Shape::of::<Project>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["a6573e6c-f9ae-5102-97cf-007058fe5d47"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProjectId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("projects_slug_key", super::slug_taken)
        .on_constraint("projects_theme_id_fkey", || {
            Problem::conflict("the project's theme is deleted: restore that first")
        })?;
    api::restored(req, restored, FIND.opt(db, (id, true)), "project").await
}
