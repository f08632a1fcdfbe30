//! `GET /v1/finance/contributors`: who gives.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::{
    contributors::ContributorType,
    sql::contributors::{Contributor, NEWEST, OLDEST},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-contributors",
    method: Method::GET,
    path: "/v1/finance/contributors",
    summary: "Lists contributors, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Contributor>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "filtered",
            role: Some("auditor"),
            query: "filter[type]=company&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-type",
            role: Some("treasurer"),
            query: "filter[type]=robot",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at", "created_at"],
    filters: &[Filter {
        field: "type",
        ops: &["eq"],
        about: "individual, company, trust, charity or anonymous.",
    }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let kind = list.filter("type", "eq")?.map(ContributorType::word);
    let (created_at, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let rows =
        page.all(db, (req.scope("giving.read")?, kind, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
