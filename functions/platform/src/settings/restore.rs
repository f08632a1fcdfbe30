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
    allow: Allow::Permission("settings.write"),
    localized: true,
    reply: Shape::of::<Setting>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
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
