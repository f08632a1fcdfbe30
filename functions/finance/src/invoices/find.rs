//! `GET /v1/finance/invoices/{id}`: one invoice with its lines.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::InvoiceId;

use crate::sql::invoices::{FIND, InvoiceWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-invoice",
    method: Method::GET,
    path: "/v1/finance/invoices/{id}",
    summary: "Finds an invoice of ours with its lines and what is open of it.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    reply: Shape::of::<InvoiceWithLines>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["b5601df3-1def-5d34-a4c3-9e4e34c9c32d"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: InvoiceId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "invoice")
}
