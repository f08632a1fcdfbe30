//! `GET /v1/platform/companies`: legal persons.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::CompanyKind;
use crate::sql::companies::{Company, NEWEST, OLDEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-companies",
    method: Method::GET,
    path: "/v1/platform/companies",
    summary: "Lists companies, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Company>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("employee"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "filtered",
            role: Some("employee"),
            query: "filter[kind]=charity&filter[legal_name]=brightwater%20trust&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-kind",
            role: Some("employee"),
            query: "filter[kind]=circus",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at", "created_at"],
    filters: &[
        Filter { field: "kind", ops: &["eq"], about: "What it does for us." },
        Filter { field: "legal_name", ops: &["eq"], about: "The whole name, in any case." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let kind = list.filter("kind", "eq")?.map(CompanyKind::word);
    let name = list.filter("legal_name", "eq")?;
    let (created_at, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let rows = page.all(db, (kind, name, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
