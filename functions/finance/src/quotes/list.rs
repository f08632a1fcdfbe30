//! `GET /v1/finance/quotes`: what is offered to customers.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::quotes::{NEWEST, Quote, QuoteStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-quotes",
    method: Method::GET,
    path: "/v1/finance/quotes",
    summary: "Lists quotes without their lines, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Quote>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "filter[status]=sent", ..Example::DEFAULT },
        Example {
            name: "of-a-customer",
            role: Some("auditor"),
            query: "filter[customer_ref]=0bf4bcc7-c94e-5908-9109-a3dbcb667578&limit=1",
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
        Filter { field: "customer_ref", ops: &["eq"], about: "Whom it is for." },
        Filter { field: "project_ref", ops: &["eq"], about: "Project it is for." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let customer = list.filter("customer_ref", "eq")?;
    let project = list.filter("project_ref", "eq")?;
    let status = list.filter("status", "eq")?.map(QuoteStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (customer, project, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
