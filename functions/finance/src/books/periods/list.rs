//! `GET /v1/finance/periods`: when postings may be dated.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::books::{PERIODS, Period};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-periods",
    method: Method::GET,
    path: "/v1/finance/periods",
    summary: "Lists accounting periods, the latest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&List { sorts: &["-starts_on"], filters: &[] }),
    reply: Shape::of::<Page<Period>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "unknown-order",
            role: Some("treasurer"),
            query: "sort=starts_on",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (_, after) = list.after::<String, i32>()?;
    list.page(PERIODS.all(db, (after, list.fetch())).await?, |row| row.starts_on.to_string())
}
