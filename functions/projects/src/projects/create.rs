//! `POST /v1/projects/projects`: record a project.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{Date, LocalizedText, Money, ProjectId, Slug, ThemeId};

use super::ProjectKind;
use crate::sql::projects::{INSERT, Project};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-create-project",
    method: Method::POST,
    path: "/v1/projects/projects",
    summary: "Records a project as a draft.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Project>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "slug-taken",
            role: Some("admin"),
            body: r#"{"slug": "freiburg-solar-schule", "name": {"de": "Noch eine", "en": ""}, "summary": {"de": "Doppelt.", "en": ""}}"#,
            status: 409,
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-theme",
            headers: &[],
            body: r#"{"slug": "lost", "name": {"de": "", "en": "Lost"}, "summary": {"de": "", "en": "Without a theme."}, "theme_id": "00000000-0000-4000-8000-000000000000"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-money",
            headers: &[],
            body: r#"{"slug": "for-free", "name": {"de": "", "en": "For free"}, "summary": {"de": "", "en": "Needs nothing."}, "target": {"amount": 0, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "ends-before-it-starts",
            headers: &[],
            body: r#"{"slug": "back-in-time", "name": {"de": "", "en": "Back in time"}, "summary": {"de": "", "en": "Backwards."}, "planned_start": "2027-05-01", "planned_end": "2027-04-30"}"#,
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
    headers: &[("idempotency-key", "new-project")],
    body: r#"{"slug": "open-workshop", "name": {"de": "Offene Werkstatt", "en": "Open workshop"}, "summary": {"de": "Eine Werkstatt für alle.", "en": "A workshop for everyone."}, "theme_id": "fd1f7e93-62d7-5612-a670-685d037b1410", "target": {"amount": 1250000, "currency": "EUR"}, "planned_start": "2027-05-01", "planned_end": "2027-09-30"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewProject"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ProjectId>,
    /// Name in addresses.
    slug: Slug,
    /// Name for people.
    name: LocalizedText<200>,
    /// What will be done and for whom.
    summary: LocalizedText<2000>,
    /// What kind of project it is, for good; community if absent.
    #[serde(default)]
    kind: Option<ProjectKind>,
    /// The theme it belongs to.
    #[serde(default)]
    theme_id: Option<ThemeId>,
    /// Money it needs, in minor units; null: not known yet.
    #[serde(default)]
    target: Option<Money>,
    /// First planned day.
    #[serde(default)]
    planned_start: Option<Date>,
    /// Last planned day.
    #[serde(default)]
    planned_end: Option<Date>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, slug, name, summary, kind, theme_id, target, planned_start, planned_end } =
        req.json()?;
    let id = id.unwrap_or_else(ProjectId::new);
    let kind = kind.unwrap_or(ProjectKind::Community).word();
    let actor = req.actor()?;
    let row = (id, slug, name, summary, kind, theme_id, target, planned_start, planned_end, actor);
    api::once(req, db, async |on| {
        let project = super::refused(INSERT.one(on, row).await)
            .on_constraint("projects_pkey", || Problem::conflict("project already recorded"))?;
        api::created(req, &project)
    })
    .await
}
