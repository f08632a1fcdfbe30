//! `PATCH /v1/platform/departments/{id}`: change a department.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Change, DepartmentId, Line, LocalizedText, Patch};

use super::{Status, explained};
use crate::sql::departments::{Department, FIND, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-department",
    method: Method::PATCH,
    path: "/v1/platform/departments/{id}",
    summary: "Changes a department by JSON Merge Patch (RFC 7396); a new owner of a skill level takes that from the old one.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("users.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Department>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "unknown-status", body: r#"{"status": "gone"}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("team_lead"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["d3ee5339-7e22-545a-8665-001ba5725d93"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"short_name": "Advice", "description": null}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "DepartmentPatch"))]
pub struct Input {
    /// Name where there is little room.
    #[serde(default)]
    short_name: Change<Line<20>>,
    /// Name for people.
    #[serde(default)]
    name: Change<LocalizedText<120>>,
    /// What it is responsible for.
    #[serde(default)]
    description: Patch<LocalizedText<2000>>,
    /// Whether it takes what no other of its level takes.
    #[serde(default)]
    is_owner: Change<bool>,
    /// Whether it takes work.
    #[serde(default)]
    status: Change<Status>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DepartmentId = req.path("id")?;
    let version = req.if_match()?;
    let Input {
        short_name: Change(short_name),
        name: Change(name),
        description,
        is_owner: Change(is_owner),
        status: Change(status),
    } = req.json()?;
    let (described, description) = description.into_parts();
    let status = status.map(Status::word);
    let change =
        (id, version, short_name, name, described, description, is_owner, status, req.actor()?);
    let changed = UPDATE.opt(db, change).await.map_err(Problem::from);
    api::changed(req, explained(changed)?, FIND.opt(db, (id,)), "department").await
}
