//! `GET /v1/platform/contacts`: people.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::ContactStatus;
use crate::sql::contacts::{Contact, NEWEST, OLDEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-contacts",
    method: Method::GET,
    path: "/v1/platform/contacts",
    summary: "Lists contacts, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Contact>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("employee"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "by-address",
            role: Some("employee"),
            query: "filter[email]=Helen.Marsh@example.org&filter[status]=live&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-status",
            role: Some("employee"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example { role: Some("employee"), ..Example::DEFAULT }.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at", "created_at"],
    filters: &[
        Filter { field: "status", ops: &["eq"], about: "live or archived." },
        Filter { field: "email", ops: &["eq"], about: "The whole address, in any case." },
        Filter { field: "last_name", ops: &["eq"], about: "The whole family name, in any case." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let status = list.filter("status", "eq")?.map(ContactStatus::word);
    let email = list.filter("email", "eq")?;
    let last_name = list.filter("last_name", "eq")?;
    let (created_at, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let departments = req.departments("contacts.read")?;
    let filters = (status, email, last_name, created_at, id, list.fetch(), departments);
    let rows = page.all(db, filters).await?;
    list.page(rows, |row| row.created_at.to_string())
}
