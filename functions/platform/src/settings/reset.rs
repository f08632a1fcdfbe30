//! `DELETE /v1/platform/settings/{key}`: take a setting back to its default.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};

use crate::sql::settings::{FIND, RESET};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-reset-setting",
    method: Method::DELETE,
    path: "/v1/platform/settings/{key}",
    summary: "Takes a setting back to its default; one that nobody has set is left as it is.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
    status: 204,
    if_match: true,
    answer: |req, db| Box::pin(reset(req, db)),
    examples: &[
        GOOD,
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["tokens.per_owner"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn reset(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let known = super::named(req)?;
    let row = (known.key, req.if_match()?, known.kind.default(), req.actor()?);
    if RESET.opt(db, row).await?.is_none() {
        let stored = FIND.opt(db, (known.key,)).await?;
        if stored.is_some_and(|row| row.is_set) {
            return Err(api::stale());
        }
    }
    api::no_content()
}
