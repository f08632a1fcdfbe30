//! `POST /v1/platform/companies`: record a legal person.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use types::{CompanyId, Line};

use super::{CompanyKind, company, explained};
use crate::{
    contacts::object,
    sql::companies::{Company, INSERT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-company",
    method: Method::POST,
    path: "/v1/platform/companies",
    summary: "Records a company.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Company>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "number-taken",
            headers: &[],
            body: r#"{"kind": "supplier", "legal_name": "Again GmbH", "vat_id": "DE999000002"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "no-number",
            headers: &[],
            body: r#"{"kind": "supplier", "legal_name": "Odd GmbH", "vat_id": "999"}"#,
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
    headers: &[("idempotency-key", "new-company")],
    body: r#"{"kind": "contractor", "legal_name": "Pennine Insulation Ltd", "vat_id": "GB999000099", "website": "https://pennine.example.org", "city": "Leeds", "country": "GB"}"#,
    status: 201,
    ..Example::DEFAULT
};

company! {
    /// A new company.
    #[cfg_attr(feature = "openapi", schemars(rename = "NewCompany"))]
    Input {
        /// Chosen by the caller, or made up.
        #[serde(default, skip_serializing)]
        id: Option<CompanyId>,
        /// What it does for us.
        kind: CompanyKind,
        /// Name in the register.
        legal_name: Line<200>,
    }
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    let row = (input.id.unwrap_or_else(CompanyId::new), object(&input)?, req.actor()?);
    api::once(req, db, async |on| {
        let company = explained(INSERT.one(on, row).await)
            .on_constraint("companies_pkey", || Problem::conflict("company already recorded"))?;
        api::created(req, &company)
    })
    .await
}
