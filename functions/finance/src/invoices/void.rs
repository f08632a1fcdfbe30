//! `POST /v1/finance/invoices/{id}/void`: it was a mistake.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    invoices::close,
    posting::{DRY_RUN, Reason},
    sql::invoices::InvoiceWithLines,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-void-invoice",
    method: Method::POST,
    path: "/v1/finance/invoices/{id}/void",
    summary: "Voids a draft, or an issued invoice that nobody has paid or credited: reversed exactly, its number stays.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<InvoiceWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::INVOICE_STATE, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(void(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "paid-in-part",
            path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
            headers: &[("idempotency-key", "paid-in-part"), ("if-match", "\"5\"")],
            status: 409,
            ..GOOD
        },
        Example { name: "no-reason", body: "{}", status: 422, ..GOOD },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("employee"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["b5601df3-1def-5d34-a4c3-9e4e34c9c32d"],
    headers: &[("idempotency-key", "void-1"), ("if-match", "\"1\"")],
    body: r#"{"reason": "Written for the wrong customer."}"#,
    ..Example::DEFAULT
};

async fn void(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    close(req, db, "void", reason).await
}
