//! `POST /v1/finance/invoices/{id}/payments`: money for an invoice has arrived.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Date, InvoiceId, InvoicePaymentId, Line, Money};
use uuid::Uuid;

use crate::{
    posting::{DRY_RUN, post},
    sql::settlements::{InvoicePayment, PAY, PaymentMethod},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-invoice-payment",
    method: Method::POST,
    path: "/v1/finance/invoices/{id}/payments",
    summary: "Records a payment of an invoice, never more than is open; below 0: money that goes back.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<InvoicePayment>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::ALREADY_RECORDED,
        problem::INVOICE_STATE,
        problem::ABOVE_OPEN,
        problem::PERIOD_CLOSED,
        problem::CONFLICT,
    ],
    answer: |req, db| Box::pin(pay(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "more-than-is-open",
            body: r#"{"amount": {"amount": 9000001, "currency": "GBP"}, "method": "bank_transfer"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "another-currency",
            body: r#"{"amount": {"amount": 100, "currency": "EUR"}, "method": "bank_transfer"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "a-draft",
            path: &["b5601df3-1def-5d34-a4c3-9e4e34c9c32d"],
            status: 409,
            ..GOOD
        },
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
    headers: &[("idempotency-key", "paid-1")],
    body: r#"{"amount": {"amount": 2000, "currency": "GBP"}, "method": "bank_transfer", "payment_ref": "FP-77"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A payment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewInvoicePayment")
)]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<InvoicePaymentId>,
    /// How much; absent: all that is open, less the discount. Below 0: went back, of what was paid too much.
    #[serde(default)]
    amount: Option<Money>,
    /// Discount for paying early that the customer took.
    #[serde(default)]
    discount: Option<Money>,
    /// How it was paid.
    method: PaymentMethod,
    /// Accounting date; absent: today in the United Kingdom.
    #[serde(default)]
    paid_on: Option<Date>,
    /// What the bank or processor calls it: recorded once.
    #[serde(default)]
    payment_ref: Option<Line<200>>,
    /// Line of the bank.
    #[serde(default)]
    bank_line_id: Option<Uuid>,
}

async fn pay(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let invoice: InvoiceId = req.path("id")?;
    let Input { id, amount, discount, method, paid_on, payment_ref, bank_line_id } = req.json()?;
    if amount.is_some_and(|amount| amount.minor() == 0) {
        return Err(Problem::invalid("/amount/amount", "must not be 0"));
    }
    if discount.is_some_and(|discount| discount.minor() < 0) {
        return Err(Problem::invalid("/discount/amount", "must not be below 0"));
    }
    if amount.zip(discount).is_some_and(|(amount, part)| amount.currency() != part.currency()) {
        return Err(Problem::invalid("/discount/currency", "must be the currency of the amount"));
    }
    let place = if amount.is_some() { "/amount/currency" } else { "/discount/currency" };
    let payment = json!({
        "id": id, "amount_minor": amount.map(Money::minor),
        "discount_minor": discount.map(Money::minor),
        "currency": amount.or(discount).map(Money::currency), "method": method.word(),
        "paid_on": paid_on, "payment_ref": payment_ref, "bank_line_id": bank_line_id,
    });
    let params = (req.required_key()?, invoice, payment, req.actor()?, req.id().to_owned());
    let paid = post(req, db, &PAY, params)
        .await
        .on_constraint("invoice_payments_pkey", || {
            Problem::already_recorded("payment already recorded")
        })
        .on_constraint("invoice_payments_payment_ref_key", || {
            Problem::already_recorded("a payment with this payment_ref is already recorded")
        })
        .on_constraint("invoice_payments_invoice_total", || {
            Problem::new(problem::ABOVE_OPEN, "read what is open of the invoice")
        })
        .on_constraint("invoice_payments_currency_of_invoice", || {
            Problem::invalid(place, "must be the currency of the invoice")
        })
        .on_constraint("invoice_payments_discount", || {
            let detail = "must be granted by the invoice, in time, and leave nothing open";
            Problem::invalid("/discount", detail)
        })
        .on_constraint("invoice_payments_day", || {
            Problem::invalid("/paid_on", "must be from the day of issue up to today")
        })
        .on_constraint("invoice_payments_bank_line_id_fkey", || {
            Problem::invalid("/bank_line_id", "names no line of a bank statement")
        })
        .on_constraint("accounting_periods_open", || {
            Problem::invalid("/paid_on", "is in no open accounting period")
        });
    super::refused_step(paid)?.created(req, Problem::not_found("invoice"))
}
