//! `GET /v1/finance/conversions`: money that was changed into another currency.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::conversions::{Conversion, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-conversions",
    method: Method::GET,
    path: "/v1/finance/conversions",
    summary: "Lists money that was changed into another currency, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Conversion>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "no-fund",
            role: Some("auditor"),
            query: "filter[fund_id]=GEN",
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
    filters: &[Filter { field: "fund_id", ops: &["eq"], about: "Fund whose money it is." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let fund = list.filter("fund_id", "eq")?;
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (fund, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
