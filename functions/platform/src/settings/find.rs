//! `GET /v1/platform/settings/{id}`: one setting.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::SettingId;

use crate::sql::settings::{FIND, Setting};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-setting",
    method: Method::GET,
    path: "/v1/platform/settings/{id}",
    summary: "Finds a setting; a secret's value is null.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("settings.read"),
    localized: true,
    reply: Shape::of::<Setting>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.no_token(), GOOD.not_allowed("contributor"), GOOD.not_found()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["02777096-86e4-5308-a14b-027e632de920"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SettingId = req.path("id")?;
    let setting = FIND.opt(db, (id,)).await?;
    api::found(req, setting, "setting")
}
