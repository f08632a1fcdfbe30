//! `POST /v1/platform/leads`: record somebody who may want something.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::{Deserialize, Serialize};
use types::{ContactId, DepartmentId, Email, LeadId, Line, ProjectId, Text};
use uuid::Uuid;

use super::explained;
use crate::{
    contacts::object,
    departments,
    sql::leads::{INSERT, Lead},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-lead",
    method: Method::POST,
    path: "/v1/platform/leads",
    summary: "Records a lead; it is new.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("leads.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Lead>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT, problem::OTHER_DEPARTMENT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "recorded-already",
            headers: &[],
            body: r#"{"name": "Again", "source": "website", "source_reference": "form-2026-0412"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "of-nobody",
            headers: &[],
            body: r#"{"name": "Nobody", "contact_id": "00000000-0000-4000-8000-000000000000"}"#,
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
    headers: &[("idempotency-key", "new-lead")],
    body: r#"{"name": "Attic in Leeds", "source": "telephone", "interest": "Insulation before winter.", "email": "attic@example.org", "phone": "+44 1632 960250"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new lead.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewLead"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default, skip_serializing)]
    id: Option<LeadId>,
    /// What to call it.
    name: Line<200>,
    /// Free word of the staff.
    #[serde(default)]
    label: Option<Line<60>>,
    /// Where it came from.
    #[serde(default)]
    source: Option<Line<200>>,
    /// What it is called there.
    #[serde(default)]
    source_reference: Option<Line<200>>,
    /// Which funnel it is in; `default` if absent.
    #[serde(default)]
    pipeline: Option<Line<60>>,
    /// Where in the funnel.
    #[serde(default)]
    stage: Option<Line<60>>,
    /// What is wanted.
    #[serde(default)]
    interest: Option<Text<4000>>,
    /// Address for mail.
    #[serde(default)]
    email: Option<Email>,
    /// Telephone number.
    #[serde(default)]
    phone: Option<Line<40>>,
    /// The person, if known.
    #[serde(default)]
    contact_id: Option<ContactId>,
    /// The company, if known.
    #[serde(default)]
    company_id: Option<Uuid>,
    /// Who looks after it.
    #[serde(default)]
    owner_contact_id: Option<ContactId>,
    /// Department that works on it; the caller's, if absent and there is one.
    #[serde(default)]
    department_id: Option<DepartmentId>,
    /// The project it is about.
    #[serde(default)]
    project_ref: Option<ProjectId>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let mut input: Input = req.json()?;
    let departments = req.departments("leads.write")?;
    input.department_id = departments::placed(&departments, input.department_id)?;
    let id = input.id.unwrap_or_else(LeadId::new);
    let row = (id, object(&input)?, req.actor()?, input.contact_id, departments);
    api::once(req, db, async |on| {
        let lead = explained(INSERT.one(on, row).await)
            .on_constraint("leads_pkey", || Problem::conflict("lead already recorded"))?;
        api::created(req, &lead)
    })
    .await
}
