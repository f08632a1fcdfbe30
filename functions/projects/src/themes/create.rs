//! `POST /v1/projects/themes`: record a funding theme.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{LocalizedText, Slug, ThemeId};

use super::ThemeStatus;
use crate::sql::themes::{INSERT, Theme};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-create-theme",
    method: Method::POST,
    path: "/v1/projects/themes",
    summary: "Records a funding theme.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Theme>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "slug-taken",
            role: Some("admin"),
            body: r#"{"slug": "warm-homes", "name": {"de": "", "en": "Warm homes again"}, "description": {"de": "", "en": "Twice."}}"#,
            status: 409,
            ..Example::DEFAULT
        },
        Example {
            name: "no-text",
            headers: &[],
            body: r#"{"slug": "silence", "name": {"de": "", "en": " "}, "description": {"de": "", "en": "Nothing."}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "out-of-range",
            headers: &[],
            body: r#"{"slug": "far-away", "name": {"de": "", "en": "Far away"}, "description": {"de": "", "en": "Too far."}, "position": 10000}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    headers: &[("idempotency-key", "new-theme")],
    body: r#"{"slug": "clean-water", "name": {"de": "Sauberes Wasser", "en": "Clean water"}, "description": {"de": "Brunnen und Leitungen.", "en": "Wells and pipes."}, "position": 5}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new funding theme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewTheme"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ThemeId>,
    /// Name in addresses.
    slug: Slug,
    /// Name for people.
    name: LocalizedText<120>,
    /// What the theme is for.
    description: LocalizedText<2000>,
    /// Place in lists, smallest first; 0 if absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = 0, max = 9999)))]
    position: i32,
    /// Whether it takes projects; draft if absent.
    #[serde(default)]
    status: Option<ThemeStatus>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, slug, name, description, position, status } = req.json()?;
    let id = id.unwrap_or_else(ThemeId::new);
    let status = status.unwrap_or(ThemeStatus::Draft).word();
    let row = (id, slug, name, description, position, status, req.actor()?);
    api::once(req, db, async |on| {
        let theme = INSERT
            .one(on, row)
            .await
            .on_constraint("funding_themes_pkey", || Problem::conflict("theme already recorded"))
            .on_constraint("funding_themes_slug_key", super::slug_taken)
            .on_constraint("funding_themes_position_range", super::position_out_of_range)?;
        api::created(req, &theme)
    })
    .await
}
