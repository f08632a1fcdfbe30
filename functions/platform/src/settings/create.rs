//! `POST /v1/platform/settings`: record a setting.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use serde_json::Value;
use types::{Line, LocalizedText, SettingId};

use crate::sql::settings::{INSERT, Setting};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-setting",
    method: Method::POST,
    path: "/v1/platform/settings",
    summary: "Records a setting; the value of a secret is not shown again.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Setting>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    body_limit: 64 * 1024,
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "secret",
            headers: &[],
            body: r#"{"key": "mail.api_key", "value": "not for your eyes", "description": {"de": "", "en": "Key of the mail service."}, "is_secret": true}"#,
            ..GOOD
        },
        Example {
            name: "key-taken",
            headers: &[],
            body: r#"{"key": "giving.minimum_minor", "value": 1, "description": {"de": "Doppelt.", "en": "Twice."}}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "no-such-key",
            headers: &[],
            body: r#"{"key": "Giving Minimum", "value": 1, "description": {"de": "", "en": "A key has no spaces."}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-value",
            headers: &[],
            body: r#"{"key": "giving.nothing", "value": null, "description": {"de": "", "en": "Nothing."}}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "not-json", headers: &[], body: r#"{"key": "#, status: 400, ..GOOD },
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    headers: &[("idempotency-key", "new-setting")],
    body: r#"{"key": "projects.feedback_days", "value": 30, "description": {"de": "Tage für Rückmeldungen.", "en": "Days for feedback."}}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewSetting"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<SettingId>,
    /// Name, dotted, with its unit at the end; it never changes.
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[a-z][a-z0-9_.]*$")))]
    key: Line<100>,
    /// Any JSON but null.
    value: Value,
    /// What it does, for the people who change it.
    description: LocalizedText<500>,
    /// Whether to keep the value from every reader; false if absent.
    #[serde(default)]
    is_secret: bool,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, key, value, description, is_secret } = req.json()?;
    if value.is_null() {
        return Err(Problem::invalid("/value", "must not be null"));
    }
    let id = id.unwrap_or_else(SettingId::new);
    let row = (id, key, value, description, is_secret, req.actor()?);
    api::once(req, db, async |on| {
        let setting = INSERT
            .one(on, row)
            .await
            .on_constraint("settings_pkey", || Problem::conflict("setting already recorded"))
            .on_constraint("settings_key_key", super::key_taken)
            .on_constraint("settings_key_shape", || {
                let detail = "must be lower-case letters, digits, _ and dots, a letter first";
                Problem::invalid("/key", detail)
            })?;
        api::created(req, &setting)
    })
    .await
}
