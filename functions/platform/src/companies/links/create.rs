//! `POST /v1/platform/contacts/{id}/companies`: record what a person is in a company.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{CompanyId, CompanyLinkId, ContactId, Date};

use super::{CompanyRole, explained};
use crate::sql::companies::{CompanyLink, LINK};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-company-link",
    method: Method::POST,
    path: "/v1/platform/contacts/{id}/companies",
    summary: "Records what a contact is in a company, and when.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<CompanyLink>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "in-no-company",
            headers: &[],
            body: r#"{"company_id": "00000000-0000-4000-8000-000000000000", "role": "employee"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "somebody-else-first",
            headers: &[],
            body: r#"{"company_id": "873c8d5e-1105-57a9-8fdf-7659fab39db4", "role": "director", "is_primary": true}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "ends-before-it-begins",
            headers: &[],
            body: r#"{"company_id": "873c8d5e-1105-57a9-8fdf-7659fab39db4", "role": "director", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "nobody",
            headers: &[],
            path: &["00000000-0000-4000-8000-000000000000"],
            status: 404,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    headers: &[("idempotency-key", "jonas-works")],
    body: r#"{"company_id": "873c8d5e-1105-57a9-8fdf-7659fab39db4", "role": "employee", "valid_from": "2026-02-01"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What a contact is in which company, and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewCompanyLink"))]
pub struct Input {
    /// The company.
    company_id: CompanyId,
    /// What the contact is there.
    role: CompanyRole,
    /// Whether the company is spoken to through this person first; false if absent.
    #[serde(default)]
    is_primary: bool,
    /// First day.
    #[serde(default)]
    valid_from: Option<Date>,
    /// Day after the last; absent: until further notice.
    #[serde(default)]
    valid_to: Option<Date>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let contact: ContactId = req.path("id")?;
    let Input { company_id, role, is_primary, valid_from, valid_to } = req.json()?;
    let (id, role, actor) = (CompanyLinkId::new(), role.word(), req.actor()?);
    let departments = req.departments("contacts.write")?;
    let row = (id, contact, company_id, role, is_primary, valid_from, valid_to, actor, departments);
    api::once(req, db, async |on| {
        let link = explained(LINK.opt(on, row).await)
            .on_constraint("contact_companies_contact_id_fkey", || Problem::not_found("contact"))
            .on_constraint("contact_companies_company_id_fkey", || {
                Problem::invalid("/company_id", "is no company")
            })?
            .ok_or_else(|| Problem::not_found("contact"))?;
        let path = format!("/v1/platform/company-links/{}", link.id);
        Ok(api::created(req, &link)?.with("location", path))
    })
    .await
}
