//! `GET /v1/platform/settings/{key}`: one setting.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};

use super::Setting;
use crate::sql::settings::FIND;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-setting",
    method: Method::GET,
    path: "/v1/platform/settings/{key}",
    summary: "Finds a setting by its key: what it stands at, and what it may be; a secret's value is null.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("settings.read"),
    localized: true,
    reply: Shape::of::<Setting>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "at-its-default", path: &["links.verify_hours"], ..GOOD },
        GOOD.no_token(),
        GOOD.not_allowed("contributor"),
        GOOD.not_found(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &["tokens.per_owner"], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let known = super::named(req)?;
    let stored = FIND.opt(db, (known.key,)).await?;
    api::ok(req, &Setting::new(known, stored))
}
