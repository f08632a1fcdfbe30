//! `POST /v1/finance/invoices/{id}/issue`: the customer owes it from now on.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Date, InvoiceId};

use crate::{
    posting::{DRY_RUN, post},
    sql::invoices::{ISSUE, InvoiceWithLines},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-issue-invoice",
    method: Method::POST,
    path: "/v1/finance/invoices/{id}/issue",
    summary: "Issues an invoice that somebody else wrote: it gets the next number, is posted, and never changes.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<InvoiceWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::FOUR_EYES,
        problem::INVOICE_STATE,
        problem::TAX_RATE_CHANGED,
        problem::SELLER_UNKNOWN,
        problem::VAT_INVOICE_INCOMPLETE,
        problem::PERIOD_CLOSED,
        problem::INSUFFICIENT_FUNDS,
        problem::CONFLICT,
    ],
    answer: |req, db| Box::pin(issue(req, db)),
    examples: &[
        GOOD,
        Example { name: "due-before", body: r#"{"due_on": "2020-01-31"}"#, status: 422, ..GOOD },
        Example {
            name: "by-who-wrote-it",
            path: &["803cda6a-2cf9-5f55-8e7e-79d244eb5e2b"],
            headers: &[("idempotency-key", "own"), ("if-match", "\"1\"")],
            status: 403,
            ..GOOD
        },
        Example {
            name: "issued-before",
            path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
            headers: &[("idempotency-key", "twice"), ("if-match", "\"5\"")],
            status: 409,
            ..GOOD
        },
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
    headers: &[("idempotency-key", "issue-1"), ("if-match", "\"1\"")],
    body: r#"{"due_on": "2099-01-31"}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "InvoiceIssue"))]
pub struct Input {
    /// Last day to pay; absent: as the draft says, else in 30 days.
    #[serde(default)]
    due_on: Option<Date>,
}

async fn issue(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: InvoiceId = req.path("id")?;
    let version = req.if_match()?;
    let Input { due_on } = req.json()?;
    let params = (req.required_key()?, id, version, due_on, req.actor()?, req.id().to_owned());
    let state = |detail: &'static str| move || Problem::new(problem::INVOICE_STATE, detail);
    let issued = post(req, db, &ISSUE, params)
        .await
        .on_constraint("issued_invoices_four_eyes", || {
            Problem::new(problem::FOUR_EYES, "who wrote an invoice does not issue it")
        })
        .on_constraint("issued_invoices_tax_rates", || {
            let detail = "a rate of tax is not that of the tax point: write the lines again";
            Problem::new(problem::TAX_RATE_CHANGED, detail)
        })
        .on_constraint("issued_invoices_seller_known", || {
            let detail = "nothing says who issues it: record our name and address first";
            Problem::new(problem::SELLER_UNKNOWN, detail)
        })
        .on_constraint("issued_invoices_vat_number", || {
            let detail = "it charges VAT, and our VAT number is not recorded";
            Problem::new(problem::SELLER_UNKNOWN, detail)
        })
        .on_constraint("issued_invoices_vat_in_pounds", || {
            let detail = "VAT has to be shown in pounds: write the invoice in pounds";
            Problem::new(problem::VAT_INVOICE_INCOMPLETE, detail)
        })
        .on_constraint("issued_invoices_customer_address", || {
            let detail = "above 250 pounds the customer's street and town have to be on it";
            Problem::new(problem::VAT_INVOICE_INCOMPLETE, detail)
        })
        .on_constraint("issued_invoices_due_later", || {
            Problem::invalid("/due_on", "must not be before the day of issue")
        })
        .on_constraint("issued_invoices_claims_something", state("the invoice claims nothing"));
    super::refused_step(issued)?.changed(req, Problem::not_found("invoice"))
}
