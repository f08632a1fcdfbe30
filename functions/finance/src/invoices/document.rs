//! `GET /v1/finance/invoices/{id}/document`: all that stands on the printed invoice.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::InvoiceId;

use crate::sql::invoices::{DOCUMENT, Printed};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-invoice-document",
    method: Method::GET,
    path: "/v1/finance/invoices/{id}/document",
    summary: "Gives the data of a printed invoice: lines, tax by rate, what was paid and credited; of an issued one only.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    reply: Shape::of::<Printed>(),
    answer: |req, db| Box::pin(document(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "draft",
            path: &["b5601df3-1def-5d34-a4c3-9e4e34c9c32d"],
            status: 404,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
    ..Example::DEFAULT
};

async fn document(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: InvoiceId = req.path("id")?;
    api::found(req, DOCUMENT.opt(db, (id,)).await?, "issued invoice")
}
