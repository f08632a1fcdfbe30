//! `DELETE /v1/projects/themes/{id}`: hide a theme.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::ThemeId;

use crate::sql::themes::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-delete-theme",
    method: Method::DELETE,
    path: "/v1/projects/themes/{id}",
    summary: "Deletes a theme; it can be restored.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    status: 204,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "in-use",
            path: &["c1875ce8-83fd-5a39-bd60-7bd57f2b6e19"],
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
    role: Some("employee"),
    path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ThemeId = req.path("id")?;
    let found = DELETE
        .opt(db, (id, req.if_match()?, req.actor()?))
        .await
        .on_constraint("projects_theme_id_fkey", || {
            Problem::conflict("projects belong to this theme: move or delete them first")
        })?;
    api::deleted(found, "theme")
}
