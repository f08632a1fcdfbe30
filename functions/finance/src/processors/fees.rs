//! `GET /v1/finance/processor-fees`: what processors kept.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::processors::{FEES, FeeKind, ProcessorFee};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-processor-fees",
    method: Method::GET,
    path: "/v1/finance/processor-fees",
    summary: "Lists fees that processors kept, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<ProcessorFee>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "of-disputes",
            role: Some("treasurer"),
            query: "filter[kind]=dispute&filter[charged_on][gte]=2026-04-06",
            ..Example::DEFAULT
        },
        Example {
            name: "no-kind",
            role: Some("auditor"),
            query: "filter[kind]=tip",
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
        Filter { field: "contribution_id", ops: &["eq"], about: "Contribution it was kept from." },
        Filter { field: "payout_id", ops: &["eq"], about: "Payout it was kept from." },
        Filter { field: "kind", ops: &["eq"], about: "What for." },
        Filter { field: "charged_on", ops: &["gte", "lt"], about: "Accounting date." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let contribution = list.filter("contribution_id", "eq")?;
    let payout = list.filter("payout_id", "eq")?;
    let kind = list.filter("kind", "eq")?.map(FeeKind::word);
    let (from, before) = (list.filter("charged_on", "gte")?, list.filter("charged_on", "lt")?);
    let (created_at, id) = list.after()?;
    let filters = (contribution, payout, kind, from, before, created_at, id, list.fetch());
    list.page(FEES.all(db, filters).await?, |row| row.created_at.to_string())
}
