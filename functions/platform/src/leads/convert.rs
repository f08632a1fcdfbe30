//! `POST /v1/platform/leads/{id}/convert`: a lead becomes a customer.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContactId, LeadId, Line, ProjectId};
use uuid::Uuid;

use super::explained;
use crate::sql::{
    contacts::Met,
    leads::{CONVERT, FIND, Lead},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-convert-lead",
    method: Method::POST,
    path: "/v1/platform/leads/{id}/convert",
    summary: "Converts a qualified lead: to a contact that is there, or to a new one with its address and number. It changes no more.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("leads.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Lead>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(convert(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-qualified",
            path: &["94f6f889-f0c1-5beb-81fb-4d5d883ba767"],
            headers: &[("if-match", r#""1""#)],
            body: r#"{"first_name": "Tom", "last_name": "Ashworth"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "to-nobody",
            body: r#"{"contact_id": "00000000-0000-4000-8000-000000000000"}"#,
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
    path: &["b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4"],
    headers: &[("if-match", r#""3""#)],
    body: "{}",
    ..Example::DEFAULT
};

/// Who the customer is; by default the contact of the lead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "LeadConversion"))]
pub struct Input {
    /// A contact that is there.
    #[serde(default)]
    contact_id: Option<ContactId>,
    /// Given name of a new contact.
    #[serde(default)]
    first_name: Option<Line<100>>,
    /// Family name of a new contact; it makes one if the lead has none.
    #[serde(default)]
    last_name: Option<Line<100>>,
    /// The company; that of the lead if absent.
    #[serde(default)]
    company_id: Option<Uuid>,
    /// The project it became; that of the lead if absent.
    #[serde(default)]
    project_ref: Option<ProjectId>,
}

async fn convert(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: LeadId = req.path("id")?;
    let version = req.if_match()?;
    let Input { contact_id, first_name, last_name, company_id, project_ref } = req.json()?;
    let actor = req.actor()?;
    let departments = req.departments("leads.write")?;
    let lead = FIND.with((id, departments.clone()));
    let step = (
        id,
        version,
        contact_id,
        first_name,
        last_name,
        company_id,
        project_ref,
        actor,
        departments,
    );
    let (met, lead) = explained(db.transaction((CONVERT.with(step), lead)).await)
        .on_constraint("leads_converted_live", || Problem::conflict("the lead is archived"))
        .on_constraint("leads_converted_contact", || {
            Problem::invalid("/last_name", "or contact_id or company_id must say who it is")
        })?;
    match met.first() {
        Some(Met { present: true, stale: false }) => {
            api::found(req, lead.into_iter().next(), "lead")
        }
        Some(Met { stale: true, .. }) => Err(api::stale()),
        _ => Err(Problem::not_found("lead")),
    }
}
