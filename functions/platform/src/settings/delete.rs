//! `DELETE /v1/platform/settings/{id}`: hide a setting.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::SettingId;

use crate::sql::settings::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-delete-setting",
    method: Method::DELETE,
    path: "/v1/platform/settings/{id}",
    summary: "Deletes a setting; it can be restored.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
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
    role: Some("admin"),
    path: &["02777096-86e4-5308-a14b-027e632de920"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SettingId = req.path("id")?;
    let found = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await?;
    api::deleted(found, "setting")
}
