//! `PATCH /v1/platform/leads/{id}`: change a lead, or take its next step.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::{Deserialize, Serialize};
use types::{Change, ContactId, DepartmentId, Email, LeadId, Line, Patch, ProjectId, Text};
use uuid::Uuid;

use super::{LeadStep, explained};
use crate::{
    contacts::object,
    departments,
    sql::leads::{FIND, Lead, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-lead",
    method: Method::PATCH,
    path: "/v1/platform/leads/{id}",
    summary: "Changes a lead by JSON Merge Patch (RFC 7396), until it is converted.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("leads.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Lead>(),
    if_match: true,
    problems: &[problem::CONFLICT, problem::OTHER_DEPARTMENT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "converted-by-hand",
            body: r#"{"status": "converted"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "step-back",
            headers: &[("if-match", r#""3""#)],
            path: &["b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4"],
            body: r#"{"status": "contacted"}"#,
            status: 409,
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
    path: &["94f6f889-f0c1-5beb-81fb-4d5d883ba767"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"status": "contacted", "label": null}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "LeadPatch"))]
pub struct Input {
    /// What to call it.
    #[serde(default, skip_serializing_if = "Change::is_absent")]
    name: Change<Line<200>>,
    /// Its next step.
    #[serde(default, skip_serializing_if = "Change::is_absent")]
    status: Change<LeadStep>,
    /// Which funnel it is in.
    #[serde(default, skip_serializing_if = "Change::is_absent")]
    pipeline: Change<Line<60>>,
    /// Free word of the staff.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    label: Patch<Line<60>>,
    /// Where in the funnel.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    stage: Patch<Line<60>>,
    /// What is wanted.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    interest: Patch<Text<4000>>,
    /// Address for mail.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    email: Patch<Email>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    phone: Patch<Line<40>>,
    /// The person.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    contact_id: Patch<ContactId>,
    /// The company.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    company_id: Patch<Uuid>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    owner_contact_id: Patch<ContactId>,
    /// Department that works on it.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    department_id: Patch<DepartmentId>,
    /// The project it is about.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    project_ref: Patch<ProjectId>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: LeadId = req.path("id")?;
    let version = req.if_match()?;
    let input: Input = req.json()?;
    let departments = req.departments("leads.write")?;
    departments::moved(&departments, &input.department_id)?;
    let contact = input.contact_id.as_value().copied();
    let change = (id, version, object(&input)?, req.actor()?, contact, departments.clone());
    let lead = explained(UPDATE.opt(db, change).await)?;
    api::changed(req, lead, FIND.opt(db, (id, departments)), "lead").await
}
