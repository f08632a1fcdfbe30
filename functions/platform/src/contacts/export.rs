//! `GET /v1/platform/contacts/{id}/export`: all that is kept about a person.
use api::{Allow, Example, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use types::ContactId;

use crate::sql::contacts::EXPORT;

/// The route. It writes: that somebody read all this is an entry of the audit log.
pub const ROUTE: Route = Route {
    name: "platform-export-contact",
    method: Method::GET,
    path: "/v1/platform/contacts/{id}/export",
    summary: "Answers all that is kept here about a contact and those merged into it as one JSON document, for the person. The reading is noted.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.export"),
    timeout_s: 29,
    answer: |req, db| Box::pin(export(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["0e9b19e5-f867-5b75-b859-9763ac7d500b"],
    ..Example::DEFAULT
};

async fn export(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let departments = req.departments("contacts.export")?;
    let found =
        EXPORT.opt(db, (id, departments)).await?.ok_or_else(|| Problem::not_found("contact"))?;
    let text = serde_json::to_vec_pretty(&found.document).map_err(|error| {
        Problem::new(api::problem::INTERNAL, "the document could not be written").because(error)
    })?;
    Ok(Response::file("application/json", &format!("contact-{id}.json"), text))
}
