//! `GET /v1/finance/processor-balances`: what processors said that they hold for us.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::processors::{BALANCES, ProcessorBalance};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-processor-balances",
    method: Method::GET,
    path: "/v1/finance/processor-balances",
    summary: "Lists what processors reported to hold for us, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<ProcessorBalance>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "of-a-month",
            role: Some("treasurer"),
            query: "filter[processor]=stripe&filter[currency]=GBP&filter[day][gte]=2026-10-01&filter[day][lt]=2026-11-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-day",
            role: Some("auditor"),
            query: "filter[day][gte]=2026-11-31",
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
        Filter { field: "processor", ops: &["eq"], about: "Who reported it." },
        Filter { field: "currency", ops: &["eq"], about: "Currency of the balance." },
        Filter { field: "day", ops: &["gte", "lt"], about: "Day at whose end it was held." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (processor, currency) = (list.filter("processor", "eq")?, list.filter("currency", "eq")?);
    let (from, before) = (list.filter("day", "gte")?, list.filter("day", "lt")?);
    let (created_at, id) = list.after()?;
    let filters = (processor, currency, from, before, created_at, id, list.fetch());
    list.page(BALANCES.all(db, filters).await?, |row| row.created_at.to_string())
}
