//! `POST /v1/platform/departments`: record a department.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{DepartmentId, Line, LocalizedText};

use super::{SkillLevel, explained};
use crate::sql::departments::{Department, INSERT};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-department",
    method: Method::POST,
    path: "/v1/platform/departments",
    summary: "Records a department; the first of its skill level owns what no other takes.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("users.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Department>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "second-owner",
            headers: &[],
            body: r#"{"code": "GRANTS", "short_name": "Grants", "name": {"de": "Fördermittel", "en": "Grants"}, "skill_level": "pro", "is_owner": true}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "code-taken",
            headers: &[],
            body: r#"{"code": "ENERGY", "short_name": "Twice", "name": {"de": "Doppelt", "en": "Twice"}, "skill_level": "pro"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "no-such-code",
            headers: &[],
            body: r#"{"code": "grants", "short_name": "Grants", "name": {"de": "Fördermittel", "en": "Grants"}, "skill_level": "pro"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("team_lead"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    headers: &[("idempotency-key", "new-department")],
    body: r#"{"code": "GRANTS", "short_name": "Grants", "name": {"de": "Fördermittel", "en": "Grants"}, "skill_level": "pro"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewDepartment"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<DepartmentId>,
    /// Capitals, digits, _ and -; it never changes.
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[A-Z0-9][A-Z0-9_-]*$")))]
    code: Line<30>,
    /// Name where there is little room.
    short_name: Line<20>,
    /// Name for people.
    name: LocalizedText<120>,
    /// What it is responsible for.
    #[serde(default)]
    description: Option<LocalizedText<2000>>,
    /// How difficult the cases are that it works on; it never changes.
    skill_level: SkillLevel,
    /// Whether it takes what no other of its level takes; false if absent.
    #[serde(default)]
    is_owner: bool,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, code, short_name, name, description, skill_level, is_owner } = req.json()?;
    let id = id.unwrap_or_else(DepartmentId::new);
    let level = skill_level.word();
    let row = (id, code, short_name, name, description, level, is_owner, req.actor()?);
    let created = api::once(req, db, async |on| {
        let department = INSERT.one(on, row).await.on_constraint("departments_pkey", || {
            Problem::conflict("department already recorded")
        })?;
        api::created(req, &department)
    });
    explained(created.await)
}
