//! `PATCH /v1/finance/invoices/{id}`: change the draft of an invoice.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use types::{Change, ContactId, Date, InvoiceId, Patch, ProjectId};

use crate::{
    lines::{Customer, Document, NewLine, lines},
    sql::invoices::{FIND, InvoiceWithLines, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-update-invoice",
    method: Method::PATCH,
    path: "/v1/finance/invoices/{id}",
    summary: "Changes the draft of an invoice by JSON Merge Patch (RFC 7396); all lines together.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<InvoiceWithLines>(),
    if_match: true,
    problems: &[problem::INVOICE_STATE],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "issued",
            path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
            headers: &[("if-match", r#""5""#)],
            status: 409,
            ..GOOD
        },
        Example { name: "cleared", body: r#"{"customer": null}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["b5601df3-1def-5d34-a4c3-9e4e34c9c32d"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"due_on": "2099-01-31", "lines": [{"description": "Survey", "quantity": "2", "unit_price": {"amount": 10000, "currency": "GBP"}, "tax_code": "GB_STANDARD"}]}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "InvoicePatch"))]
pub struct Input {
    /// Project it is for.
    #[serde(default)]
    project_ref: Patch<ProjectId>,
    /// Contact or company who pays.
    #[serde(default)]
    customer_ref: Change<ContactId>,
    /// Name and address as they stand on it.
    #[serde(default)]
    customer: Change<Customer>,
    /// First day of the service.
    #[serde(default)]
    service_from: Patch<Date>,
    /// Last day of the service, whose rates of tax count.
    #[serde(default)]
    service_to: Patch<Date>,
    /// Last day to pay.
    #[serde(default)]
    due_on: Patch<Date>,
    /// Discount for paying early, in hundredths of a percent.
    #[serde(default)]
    early_payment_bp: Change<i32>,
    /// Days within which that holds.
    #[serde(default)]
    early_payment_days: Change<i32>,
    /// All lines, in order.
    #[serde(default)]
    lines: Change<Vec<NewLine>>,
}

impl Input {
    fn columns(self) -> Result<Value, Problem> {
        let mut change = Map::new();
        let mut set = |column: &str, is_present: bool, value: Value| {
            if is_present {
                change.insert(column.to_owned(), value);
            }
        };
        set("project_ref", self.project_ref.is_present(), json!(self.project_ref.as_value()));
        set("customer_ref", self.customer_ref.0.is_some(), json!(self.customer_ref.0));
        set("customer", self.customer.0.is_some(), json!(self.customer.0));
        set("service_from", self.service_from.is_present(), json!(self.service_from.as_value()));
        set("service_to", self.service_to.is_present(), json!(self.service_to.as_value()));
        set("due_on", self.due_on.is_present(), json!(self.due_on.as_value()));
        let (bp, days) = (self.early_payment_bp.0, self.early_payment_days.0);
        set("early_payment_bp", bp.is_some(), json!(bp));
        set("early_payment_days", days.is_some(), json!(days));
        if let Some(new) = &self.lines.0 {
            set("lines", true, lines(new, None, Document::Invoice)?);
        }
        Ok(change.into())
    }
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: InvoiceId = req.path("id")?;
    let version = req.if_match()?;
    let change = req.json::<Input>()?.columns()?;
    let written = UPDATE.opt(db, (id, version, change, req.actor()?)).await;
    let written = super::refused(super::refused_step(written.map_err(Problem::from)));
    api::changed(req, written?, FIND.opt(db, (id,)), "invoice").await
}
