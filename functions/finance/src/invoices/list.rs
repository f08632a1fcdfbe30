//! `GET /v1/finance/invoices`: what customers owe us.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::invoices::{ClaimStatus, Invoice, InvoiceStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-invoices",
    method: Method::GET,
    path: "/v1/finance/invoices",
    summary: "Lists our invoices without their lines, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Invoice>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "filter[status]=draft", ..Example::DEFAULT },
        Example {
            name: "overdue",
            role: Some("auditor"),
            query: "filter[claim_status]=overdue&filter[due_on][lt]=2027-01-01&limit=1",
            ..Example::DEFAULT
        },
        Example {
            name: "no-status",
            role: Some("auditor"),
            query: "filter[claim_status]=gone",
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
        Filter { field: "customer_ref", ops: &["eq"], about: "Who pays." },
        Filter { field: "project_ref", ops: &["eq"], about: "Project it is for." },
        Filter { field: "status", ops: &["eq"], about: "Where the document stands." },
        Filter { field: "claim_status", ops: &["eq"], about: "Where the money stands." },
        Filter { field: "due_on", ops: &["lt"], about: "Last day to pay." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let customer = list.filter("customer_ref", "eq")?;
    let project = list.filter("project_ref", "eq")?;
    let status = list.filter("status", "eq")?.map(InvoiceStatus::word);
    let claim = list.filter("claim_status", "eq")?.map(ClaimStatus::word);
    let due = list.filter("due_on", "lt")?;
    let (created_at, id) = list.after()?;
    let filters = (customer, project, status, claim, due, created_at, id, list.fetch());
    list.page(NEWEST.all(db, filters).await?, |row| row.created_at.to_string())
}
