//! `GET /v1/finance/disputes`: payments that contributors' banks take back.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::processors::{DISPUTES, Dispute, DisputeStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-disputes",
    method: Method::GET,
    path: "/v1/finance/disputes",
    summary: "Lists payments that contributors' banks take back, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Dispute>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "to-respond-to",
            role: Some("treasurer"),
            query: "filter[status]=opened",
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
        Filter { field: "contribution_id", ops: &["eq"], about: "Contribution that is disputed." },
        Filter { field: "status", ops: &["eq"], about: "How far it has come." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let contribution = list.filter("contribution_id", "eq")?;
    let status = list.filter("status", "eq")?.map(DisputeStatus::word);
    let (created_at, id) = list.after()?;
    let rows = DISPUTES.all(db, (contribution, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
