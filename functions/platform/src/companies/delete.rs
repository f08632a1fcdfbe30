//! `DELETE /v1/platform/companies/{id}`: hide a company.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::CompanyId;

use crate::sql::companies::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-delete-company",
    method: Method::DELETE,
    path: "/v1/platform/companies/{id}",
    summary: "Deletes a company that nothing needs; it can be restored.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    status: 204,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "has-people",
            path: &["873c8d5e-1105-57a9-8fdf-7659fab39db4"],
            status: 409,
            ..GOOD
        },
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["3ec146c3-85a8-5fad-ac47-5aaae191d063"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CompanyId = req.path("id")?;
    let found = DELETE
        .opt(db, (id, req.if_match()?, req.actor()?))
        .await
        .on_constraint("contact_companies_company_id_fkey", || {
            Problem::conflict("people belong to the company")
        })
        .on_constraint("leads_company_id_fkey", || Problem::conflict("leads name the company"))?;
    api::deleted(found, "company")
}
