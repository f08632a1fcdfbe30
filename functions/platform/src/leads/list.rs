//! `GET /v1/platform/leads`: who may want something.
use api::{Allow, Example, Filter, List, Method, Problem, Query, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::LeadStatus;
use crate::sql::leads::{Lead, NEWEST, OLDEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-leads",
    method: Method::GET,
    path: "/v1/platform/leads",
    summary: "Lists leads, a page at a time; archived ones only if asked for.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    list: Some(&LIST),
    query: &[Query { name: "archived", about: "true: archived ones too." }],
    reply: Shape::of::<Page<Lead>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("employee"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "filtered",
            role: Some("employee"),
            query: "filter[status]=qualified&filter[owner_contact_id]=8e8c2a66-4291-57b5-b08b-c7be06cd28a8&archived=true&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-status",
            role: Some("employee"),
            query: "filter[status]=lost",
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
        Filter {
            field: "status",
            ops: &["eq"],
            about: "new, contacted, qualified, converted or disqualified.",
        },
        Filter { field: "owner_contact_id", ops: &["eq"], about: "Who looks after it." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let status = list.filter("status", "eq")?.map(LeadStatus::word);
    let owner = list.filter("owner_contact_id", "eq")?;
    let archived = req.query("archived")?.unwrap_or(false);
    let (created_at, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let departments = req.departments("contacts.read")?;
    let filters = (status, owner, archived, created_at, id, list.fetch(), departments);
    let rows = page.all(db, filters).await?;
    list.page(rows, |row| row.created_at.to_string())
}
