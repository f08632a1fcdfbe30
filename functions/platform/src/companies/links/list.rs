//! `GET /v1/platform/contacts/{id}/companies`: what a person is in which company.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{ContactId, Page};

use crate::sql::{
    companies::{CompanyLink, LINKS},
    contacts::SEEN,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-company-links",
    method: Method::GET,
    path: "/v1/platform/contacts/{id}/companies",
    summary: "Lists what a contact is in which company, past and present, newest first.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<CompanyLink>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-id", path: &["ruth"], status: 404, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["6fcb33a8-de13-5011-8127-aff3a775ccbd"],
    ..Example::DEFAULT
};

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, id) = list.after()?;
    let contact: ContactId = req.path("id")?;
    let departments = req.departments("contacts.read")?;
    let page = LINKS.with((contact, after, id, list.fetch(), departments.clone()));
    let (seen, rows) = db.transaction((SEEN.with((contact, departments)), page)).await?;
    if seen.is_empty() {
        return Err(Problem::not_found("contact"));
    }
    list.page(rows, |row| row.created_at.to_string())
}
