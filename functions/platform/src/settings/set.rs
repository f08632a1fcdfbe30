//! `PUT /v1/platform/settings/{key}`: set a setting.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::Value;

use super::{Setting, words};
use crate::sql::settings::SET;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-set-setting",
    method: Method::PUT,
    path: "/v1/platform/settings/{key}",
    summary: "Sets a setting to a value that fits its schema; it counts from the next request on.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Setting>(),
    if_match: true,
    body_limit: 16 * 1024,
    answer: |req, db| Box::pin(set(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "for-the-first-time",
            path: &["links.verify_hours"],
            headers: &[("if-match", r#""0""#)],
            body: r#"{"value": 48}"#,
            ..GOOD
        },
        Example { name: "too-much", body: r#"{"value": 101}"#, status: 422, ..GOOD },
        Example { name: "another-type", body: r#"{"value": "25"}"#, status: 422, ..GOOD },
        Example { name: "nothing", body: "{}", status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
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
    body: r#"{"value": 30}"#,
    ..Example::DEFAULT
};

/// What it stands at from now on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewValue"))]
pub struct Input {
    /// As the `schema` of the setting says.
    value: Value,
}

async fn set(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let known = super::named(req)?;
    let version = req.if_match()?;
    let Input { value } = req.json()?;
    if let Some(fault) = known.kind.fault(&value) {
        return Err(Problem::invalid("/value", fault));
    }
    let row = (known.key, version, value, words(known), known.secret, req.actor()?);
    let stored = SET.opt(db, row).await.on_constraint("settings_key_key", api::stale)?;
    api::ok(req, &Setting::new(known, Some(stored.ok_or_else(api::stale)?)))
}
