//! `DELETE /v1/projects/projects/{id}`: hide a project.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::ProjectId;

use crate::sql::projects::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-delete-project",
    method: Method::DELETE,
    path: "/v1/projects/projects/{id}",
    summary: "Deletes a project; it can be restored.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
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
    role: Some("employee"),
    path: &["a6573e6c-f9ae-5102-97cf-007058fe5d47"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProjectId = req.path("id")?;
    let found = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await?;
    api::deleted(found, "project")
}
