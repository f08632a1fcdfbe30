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
    allow: Allow::Roles(super::STAFF),
    localized: true,
    reply: Shape::of::<Theme>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[
        Example {
            role: Some("employee"),
            path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
            ..Example::DEFAULT
        },
        Example {
            name: "not-found",
            role: Some("employee"),
            path: &["00000000-0000-4000-8000-000000000000"],
            status: 404,
            ..Example::DEFAULT
        },
        Example {
            name: "not-allowed",
            role: Some("contributor"),
            path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
            status: 403,
            ..Example::DEFAULT
        },
        Example {
            name: "no-token",
            path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
            status: 401,
            ..Example::DEFAULT
        },
    ],
    ..Route::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ThemeId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("funding_themes_slug_key", super::slug_taken)?;
    let theme = match restored {
        Some(theme) => Some(theme),
        None => FIND.opt(db, (id, true)).await?,
    };
    api::found(req, theme, "theme")
}
