//! `POST /v1/finance/invoices/{id}/credit`: part of an invoice is taken back.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{CreditNoteId, InvoiceId, InvoiceLineId, Line, Money, Text};

use crate::{
    lines::Quantity,
    posting::{DRY_RUN, post},
    sql::settlements::{CREDIT, CreditNote},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-credit-invoice",
    method: Method::POST,
    path: "/v1/finance/invoices/{id}/credit",
    summary: "Issues a credit note with a number of its own: all of an invoice or part of its lines, never more than invoiced.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<CreditNote>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::ALREADY_RECORDED,
        problem::INVOICE_STATE,
        problem::ABOVE_INVOICED,
        problem::PERIOD_CLOSED,
        problem::CONFLICT,
    ],
    answer: |req, db| Box::pin(credit(req, db)),
    examples: &[
        Example { given: ISSUED, path: &["803cda6a-2cf9-5f55-8e7e-79d244eb5e2b"], ..GOOD },
        Example {
            name: "a-line-of-another",
            body: r#"{"reason": "Wrong line", "lines": [{"invoice_line_id": "00000000-0000-4000-8000-000000000000"}]}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "no-reason", body: "{}", status: 422, ..GOOD },
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

/// An invoice that no other example pays.
const ISSUED: &str =
    "select trade.issue_invoice('test', 'issue', sha256('issue'), id, version, '2099-12-31',
     '8e8c2a66-4291-57b5-b08b-c7be06cd28a8', 'test')
   from trade.issued_invoices where id = '803cda6a-2cf9-5f55-8e7e-79d244eb5e2b'";

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["12f1972e-5721-52bd-b033-ef92ea7d75b7"],
    headers: &[("idempotency-key", "credit-1")],
    body: r#"{"reason": "The fans were never fitted."}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Lines of one credit note.
const MAX_LINES: usize = 500;

/// What is taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewCreditNote"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<CreditNoteId>,
    /// Why, as on the document.
    reason: Text<500>,
    /// Which lines of the invoice, and how much of them; absent: all.
    #[serde(default)]
    lines: Option<Vec<Credited>>,
}

/// What is taken back of a line of the invoice, at its discount and rate of tax.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewCreditLine"))]
pub struct Credited {
    /// The line of the invoice.
    invoice_line_id: InvoiceLineId,
    /// How much of it; absent: all.
    #[serde(default)]
    quantity: Option<Quantity>,
    /// How much of its price for one unit; absent: all.
    #[serde(default)]
    unit_price: Option<Money>,
    /// What it is; absent: as on the invoice.
    #[serde(default)]
    description: Option<Line<1000>>,
}

async fn credit(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let invoice: InvoiceId = req.path("id")?;
    let Input { id, reason, lines } = req.json()?;
    if lines.as_ref().is_some_and(|lines| lines.is_empty() || lines.len() > MAX_LINES) {
        return Err(Problem::invalid("/lines", "must be 1 to 500"));
    }
    let lines = lines.map(|lines| {
        let line = |line: Credited| {
            json!({
                "invoice_line_id": line.invoice_line_id, "quantity": line.quantity,
                "unit_price_minor": line.unit_price.map(Money::minor),
                "currency": line.unit_price.map(Money::currency), "description": line.description,
            })
        };
        lines.into_iter().map(line).collect::<Vec<_>>()
    });
    let note = json!({ "id": id, "reason": reason, "lines": lines });
    let params = (req.required_key()?, invoice, note, req.actor()?, req.id().to_owned());
    let credited = post(req, db, &CREDIT, params)
        .await
        .on_constraint("credit_notes_pkey", || {
            Problem::already_recorded("credit note already recorded")
        })
        .on_constraint("credit_note_lines_invoice_line_id_fkey", || {
            Problem::invalid("/lines", "name a line that is none of this invoice")
        })
        .on_constraint("credit_notes_currency_of_invoice", || {
            Problem::invalid("/lines", "must be in the currency of the invoice")
        })
        .on_constraint("credit_notes_invoice_total", || {
            let detail = "not that much of a line is left to credit";
            Problem::new(problem::ABOVE_INVOICED, detail)
        })
        .on_constraint("credit_notes_credits_something", || {
            Problem::invalid("/lines", "must come to more than nothing")
        });
    super::refused_step(credited)?.created(req, Problem::not_found("invoice"))
}
