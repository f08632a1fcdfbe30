//! `POST /v1/finance/invoices/{id}/write-off`: the customer will not pay.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    invoices::close,
    posting::{DRY_RUN, Reason},
    sql::invoices::InvoiceWithLines,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-write-off-invoice",
    method: Method::POST,
    path: "/v1/finance/invoices/{id}/write-off",
    summary: "Writes off what is open of an invoice whose last day to pay is over.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<InvoiceWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::INVOICE_STATE, problem::NOT_OVERDUE, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(write_off(req, db)),
    examples: &[
        Example { given: OVERDUE, ..GOOD },
        Example { name: "not-due", status: 409, ..GOOD },
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
    path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
    headers: &[("idempotency-key", "write-off-1"), ("if-match", "\"5\"")],
    body: r#"{"reason": "The company was dissolved."}"#,
    ..Example::DEFAULT
};

/// Time cannot be made to pass.
const OVERDUE: &str = "set session_replication_role = replica;
    update trade.issued_invoices set due_on = '2026-01-31' where claim_status = 'partially_paid'";

async fn write_off(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    close(req, db, "write_off", reason).await
}
