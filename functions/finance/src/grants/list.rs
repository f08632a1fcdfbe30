//! `GET /v1/finance/grants`: grants that others give us.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::grants::{Grant, GrantStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-grants",
    method: Method::GET,
    path: "/v1/finance/grants",
    summary: "Lists grants that others give us, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Grant>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), query: "filter[status]=approved", ..Example::DEFAULT },
        Example {
            name: "no-status",
            role: Some("auditor"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "project_ref", ops: &["eq"], about: "Project it is for." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let project = list.filter("project_ref", "eq")?;
    let status = list.filter("status", "eq")?.map(GrantStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (project, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
