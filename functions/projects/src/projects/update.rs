//! `PATCH /v1/projects/projects/{id}`: change a project, or move it on.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Change, Date, LocalizedText, Money, Patch, ProjectId, Slug, ThemeId};

use super::ProjectStatus;
use crate::sql::projects::{FIND, Project, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-update-project",
    method: Method::PATCH,
    path: "/v1/projects/projects/{id}",
    summary: "Changes a project by JSON Merge Patch (RFC 7396); its status takes one step at a time.",
    domain: Domain::Projects,
    access: Access::Write,
    allow: Allow::Permission("projects.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Project>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "submit", body: r#"{"status": "submitted"}"#, ..GOOD },
        Example { name: "skipped-step", body: r#"{"status": "funding"}"#, status: 409, ..GOOD },
        Example {
            name: "slug-taken",
            body: r#"{"slug": "bristol-repair-cafe"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "unknown-currency",
            body: r#"{"target": {"amount": 100, "currency": "ABC"}}"#,
            status: 422,
            ..GOOD
        },
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
    path: &["a6573e6c-f9ae-5102-97cf-007058fe5d47"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"target": {"amount": 9000000, "currency": "EUR"}, "planned_start": "2027-06-01"}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ProjectPatch"))]
pub struct Input {
    /// Name in addresses.
    #[serde(default)]
    slug: Change<Slug>,
    /// Name for people.
    #[serde(default)]
    name: Change<LocalizedText<200>>,
    /// What will be done and for whom.
    #[serde(default)]
    summary: Change<LocalizedText<2000>>,
    /// The theme it belongs to.
    #[serde(default)]
    theme_id: Patch<ThemeId>,
    /// The next step: draft, submitted, approved, funding, delivering, completed; submitted may
    /// become rejected, and whatever is not over cancelled.
    #[serde(default)]
    status: Change<ProjectStatus>,
    /// Money it needs, in minor units.
    #[serde(default)]
    target: Patch<Money>,
    /// First planned day.
    #[serde(default)]
    planned_start: Patch<Date>,
    /// Last planned day.
    #[serde(default)]
    planned_end: Patch<Date>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProjectId = req.path("id")?;
    let version = req.if_match()?;
    let Input {
        slug: Change(slug),
        name: Change(name),
        summary: Change(summary),
        theme_id,
        status: Change(status),
        target,
        planned_start,
        planned_end,
    } = req.json()?;
    let status = status.map(ProjectStatus::word);
    let (set_theme, theme) = theme_id.into_parts();
    let (set_target, target) = target.into_parts();
    let (set_start, start) = planned_start.into_parts();
    let (set_end, end) = planned_end.into_parts();
    let actor = req.actor()?;
    let change = (
        id, version, slug, name, summary, set_theme, theme, status, set_target, target, set_start,
        start, set_end, end, actor,
    );
    let project = super::refused(UPDATE.opt(db, change).await)
        .on_constraint("projects_status_transition", || {
            Problem::conflict("a project cannot go from its status to the one asked for")
        })?;
    api::changed(req, project, FIND.opt(db, (id, true)), "project").await
}
