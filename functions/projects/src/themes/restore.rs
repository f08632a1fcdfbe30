//! `POST /v1/projects/themes/{id}/restore`: bring a deleted theme back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::ThemeId;

use crate::sql::themes::{FIND, RESTORE, Theme};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-restore-theme",
    method: Method::POST,
    path: "/v1/projects/themes/{id}/restore",
    summary: "Restores a deleted theme; a live one is answered as it is.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    reply: Shape::of::<Theme>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ThemeId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("funding_themes_slug_key", super::slug_taken)?;
    api::restored(req, restored, FIND.opt(db, (id, true)), "theme").await
}
