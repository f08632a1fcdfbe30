//! `DELETE /v1/platform/contacts/{id}`: hide a person.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::ContactId;

use crate::sql::contacts::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-delete-contact",
    method: Method::DELETE,
    path: "/v1/platform/contacts/{id}",
    summary: "Deletes a contact that nothing needs; it can be restored. To forget a person for ever, erase it.",
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
            name: "has-a-login",
            path: &["1009019a-bc0c-5485-84c2-361fad310833"],
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
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let found = DELETE
        .opt(db, (id, req.if_match()?, req.actor()?, req.departments("contacts.write")?))
        .await
        .on_constraint("users_contact_id_fkey", || Problem::conflict("the contact has a login"))
        .on_constraint("contact_companies_contact_id_fkey", || {
            Problem::conflict("the contact belongs to a company")
        })
        .on_constraint("leads_contact_id_fkey", || Problem::conflict("leads name the contact"))
        .on_constraint("appointments_contact_id_fkey", || {
            Problem::conflict("the contact has appointments")
        })
        .on_constraint("appointment_proposals_contact_id_fkey", || {
            Problem::conflict("appointments were proposed to the contact")
        })?;
    api::deleted(found, "contact")
}
