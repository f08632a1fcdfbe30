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
    allow: Allow::Roles(super::WRITERS),
    status: 204,
    if_match: true,
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-version", headers: &[], status: 428, ..GOOD },
        Example { name: "stale", headers: &[("if-match", r#""99""#)], status: 412, ..GOOD },
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
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SettingId = req.path("id")?;
    let found = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await?;
    api::deleted(found, "setting")
}
