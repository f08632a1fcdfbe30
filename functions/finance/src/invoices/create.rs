//! `POST /v1/finance/invoices`: write the draft of an invoice.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ContactId, Currency, Date, InvoiceId, ProjectId};

use crate::{
    lines::{Customer, Document, NewLine, lines},
    posting::{books, post},
    sql::invoices::{CREATE, InvoiceWithLines},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-invoice",
    method: Method::POST,
    path: "/v1/finance/invoices",
    summary: "Writes the draft of an invoice: net and tax by line, rounded to the nearest minor unit; posts nothing.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<InvoiceWithLines>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "unknown-tax",
            body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber"}, "currency": "GBP", "lines": [{"description": "Survey", "quantity": "1", "unit_price": {"amount": 10000, "currency": "GBP"}, "tax_code": "GB_LUXURY"}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "another-currency",
            body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber"}, "currency": "GBP", "lines": [{"description": "Survey", "quantity": "1", "unit_price": {"amount": 10000, "currency": "EUR"}, "tax_code": "GB_STANDARD"}]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "invoice-for-jonas")],
    body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber", "city": "Leipzig"}, "currency": "GBP", "lines": [{"description": "Survey", "quantity": "1", "unit_price": {"amount": 10000, "currency": "GBP"}, "tax_code": "GB_STANDARD"}]}"#,
    status: 201,
    ..Example::DEFAULT
};

/// An invoice to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewInvoice"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<InvoiceId>,
    /// Project it is for.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Contact or company who pays.
    customer_ref: ContactId,
    /// Name and address as they stand on it.
    customer: Customer,
    /// Currency of all prices.
    currency: Currency,
    /// First day of the service; absent: the day of issue.
    #[serde(default)]
    service_from: Option<Date>,
    /// Last day of the service, whose rates of tax count; absent: the day of issue.
    #[serde(default)]
    service_to: Option<Date>,
    /// Last day to pay; absent: 30 days after it is issued.
    #[serde(default)]
    due_on: Option<Date>,
    /// Discount for paying early, in hundredths of a percent.
    #[serde(default)]
    early_payment_bp: i32,
    /// Days within which that holds.
    #[serde(default)]
    early_payment_days: i32,
    /// What is to be paid for, in order; at most 500.
    #[serde(default)]
    lines: Vec<NewLine>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    let lines = lines(&input.lines, Some(input.currency), Document::Invoice)?;
    let invoice = json!({
        "id": input.id, "project_ref": input.project_ref, "customer_ref": input.customer_ref,
        "customer": input.customer, "currency": input.currency, "service_from": input.service_from,
        "service_to": input.service_to, "due_on": input.due_on,
        "early_payment_bp": input.early_payment_bp, "early_payment_days": input.early_payment_days,
        "lines": lines,
    });
    let params = (req.required_key()?, invoice, req.actor()?);
    let written = super::refused(
        post(req, db, &CREATE, params).await.on_constraint("issued_invoices_pkey", || {
            Problem::already_recorded("invoice already recorded")
        }),
    );
    books(written)?.created(req, Problem::not_found("invoice"))
}
