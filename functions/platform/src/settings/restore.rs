//! `POST /v1/platform/settings/{id}/restore`: bring a deleted setting back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::SettingId;

use crate::sql::settings::{FIND, RESTORE, Setting};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-restore-setting",
    method: Method::POST,
    path: "/v1/platform/settings/{id}/restore",
    summary: "Restores a deleted setting; a live one is answered as it is.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Roles(super::WRITERS),
    localized: true,
    reply: Shape::of::<Setting>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-found",
            path: &["00000000-0000-4000-8000-000000000000"],
            status: 404,
            ..GOOD
        },
        Example { name: "not-allowed", role: Some("contributor"), status: 403, ..GOOD },
        Example { name: "no-token", role: None, status: 401, ..GOOD },
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["02777096-86e4-5308-a14b-027e632de920"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SettingId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("settings_key_key", super::key_taken)?;
    api::restored(req, restored, FIND.opt(db, (id,)), "setting").await
}
