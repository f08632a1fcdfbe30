//! `GET /v1/finance/allocations`: what was moved between funds.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::allocations::{Allocation, AllocationStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-allocations",
    method: Method::GET,
    path: "/v1/finance/allocations",
    summary: "Lists allocations, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Allocation>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "out-of-the-general-fund",
            role: Some("treasurer"),
            query: "filter[from_fund_id]=04b25f59-033c-502c-ac71-430477286633&filter[status]=confirmed",
            ..Example::DEFAULT
        },
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
        Filter { field: "from_fund_id", ops: &["eq"], about: "Fund it left." },
        Filter { field: "to_fund_id", ops: &["eq"], about: "Fund it entered." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (from, to) = (list.filter("from_fund_id", "eq")?, list.filter("to_fund_id", "eq")?);
    let status = list.filter("status", "eq")?.map(AllocationStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (from, to, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
