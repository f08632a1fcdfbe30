//! `PATCH /v1/platform/settings/{id}`: change a setting.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::Value;
use types::{Change, LocalizedText, SettingId};

use crate::sql::settings::{FIND, Setting, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-setting",
    method: Method::PATCH,
    path: "/v1/platform/settings/{id}",
    summary: "Changes a setting by JSON Merge Patch (RFC 7396); a value is replaced as a whole.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Setting>(),
    if_match: true,
    body_limit: 64 * 1024,
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "secret-shown",
            path: &["c43bbb8d-2a42-5552-acdf-849a50aba860"],
            body: r#"{"is_secret": false}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "cleared", body: r#"{"value": null}"#, status: 422, ..GOOD },
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
    path: &["5a38a866-09f0-57ac-b66e-760dd26d62ad"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"value": 21}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SettingPatch"))]
pub struct Input {
    /// Any JSON but null; it replaces the old value as a whole.
    #[serde(default)]
    value: Change<Value>,
    /// What it does, for the people who change it.
    #[serde(default)]
    description: Change<LocalizedText<500>>,
    /// Whether to keep the value from every reader; a setting that is shown from now on needs a
    /// new value.
    #[serde(default)]
    is_secret: Change<bool>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: SettingId = req.path("id")?;
    let version = req.if_match()?;
    let Input {
        value: Change(value),
        description: Change(description),
        is_secret: Change(is_secret),
    } = req.json()?;
    if is_secret == Some(false) && value.is_none() {
        // Else anyone who may change a setting could read every secret.
        return Err(Problem::invalid("/value", "must be sent anew when is_secret becomes false"));
    }
    let change = (id, version, value, description, is_secret, req.actor()?);
    api::changed(req, UPDATE.opt(db, change).await?, FIND.opt(db, (id,)), "setting").await
}
