//! `GET /v1/finance/payouts`: what processors send to our bank.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::processors::{PAYOUTS, Payout, PayoutStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-payouts",
    method: Method::GET,
    path: "/v1/finance/payouts",
    summary: "Lists what processors send to our bank, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Payout>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "of-a-month",
            role: Some("treasurer"),
            query: "filter[processor]=stripe&filter[status]=paid&filter[arrives_on][gte]=2026-11-01&filter[arrives_on][lt]=2026-12-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-day",
            role: Some("auditor"),
            query: "filter[arrives_on][gte]=2026-11-31",
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
        Filter { field: "processor", ops: &["eq"], about: "Who sends it." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
        Filter { field: "arrives_on", ops: &["gte", "lt"], about: "Day it should be in the bank." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let processor = list.filter("processor", "eq")?;
    let status = list.filter("status", "eq")?.map(PayoutStatus::word);
    let (from, before) = (list.filter("arrives_on", "gte")?, list.filter("arrives_on", "lt")?);
    let (created_at, id) = list.after()?;
    let filters = (processor, status, from, before, created_at, id, list.fetch());
    list.page(PAYOUTS.all(db, filters).await?, |row| row.created_at.to_string())
}
