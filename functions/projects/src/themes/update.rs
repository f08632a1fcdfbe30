//! `PATCH /v1/projects/themes/{id}`: change a funding theme.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Change, LocalizedText, Slug, ThemeId};

use super::ThemeStatus;
use crate::sql::themes::{FIND, Theme, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-update-theme",
    method: Method::PATCH,
    path: "/v1/projects/themes/{id}",
    summary: "Changes a funding theme by JSON Merge Patch (RFC 7396).",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Theme>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "slug-taken", body: r#"{"slug": "warm-homes"}"#, status: 409, ..GOOD },
        Example { name: "unknown-member", body: r#"{"colour": "green"}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"status": "active", "position": 7}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ThemePatch"))]
pub struct Input {
    /// Name in addresses.
    #[serde(default)]
    slug: Change<Slug>,
    /// Name for people.
    #[serde(default)]
    name: Change<LocalizedText<120>>,
    /// What the theme is for.
    #[serde(default)]
    description: Change<LocalizedText<2000>>,
    /// Place in lists, smallest first.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = 0, max = 9999)))]
    position: Change<i32>,
    /// Whether it takes projects.
    #[serde(default)]
    status: Change<ThemeStatus>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ThemeId = req.path("id")?;
    let version = req.if_match()?;
    let Input {
        slug: Change(slug),
        name: Change(name),
        description: Change(description),
        position: Change(position),
        status: Change(status),
    } = req.json()?;
    let status = status.map(ThemeStatus::word);
    let change = (id, version, slug, name, description, position, status, req.actor()?);
    let theme = UPDATE
        .opt(db, change)
        .await
        .on_constraint("funding_themes_slug_key", super::slug_taken)
        .on_constraint("funding_themes_position_range", super::position_out_of_range)?;
    api::changed(req, theme, FIND.opt(db, (id, true)), "theme").await
}
