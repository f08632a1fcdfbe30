//! Routes of invoices: what customers owe us.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::{InvoiceId, Text};

use crate::{
    lines,
    posting::{books, post},
    sql::invoices::CLOSE,
};

pub mod create;
pub mod credit;
pub mod document;
pub mod find;
pub mod issue;
pub mod list;
pub mod pay;
pub mod update;
pub mod void;
pub mod write_off;

/// What the database refuses of a draft's values, for those who write them.
fn refused<T>(written: Result<T, Problem>) -> Result<T, Problem> {
    lines::refused(written)
        .on_constraint("issued_invoices_currency_fkey", || {
            Problem::invalid("/currency", "is not a currency that our books take")
        })
        .on_constraint("issued_invoices_service_span", || {
            Problem::invalid("/service_to", "must not be before service_from")
        })
        .on_constraint("issued_invoices_early_payment_bp_range", || {
            Problem::invalid("/early_payment_bp", "must be 0 to 10000")
        })
        .on_constraint("issued_invoices_early_payment_days_range", || {
            Problem::invalid("/early_payment_days", "must be 0 to 365")
        })
        .on_constraint("issued_invoice_lines_fund_id_fkey", || {
            Problem::invalid("/lines", "name a fund that is none of ours")
        })
        .on_constraint("issued_invoice_lines_unit_shape", || {
            Problem::invalid("/lines", "have a unit that is not lower-case letters, digits and _")
        })
}

/// What every step of an invoice can be refused for.
fn refused_step<T>(taken: Result<T, Problem>) -> Result<T, Problem> {
    let taken = taken
        .on_constraint("issued_invoices_pkey", || Problem::not_found("invoice"))
        .on_constraint("issued_invoices_version", api::stale)
        .on_constraint("issued_invoices_state", || {
            Problem::new(problem::INVOICE_STATE, "the invoice is in another state: read it again")
        });
    books(taken)
}

/// Gives an invoice up: `void` or `write_off`.
async fn close(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    reason: Text<500>,
) -> Result<Response, Problem> {
    let id: InvoiceId = req.path("id")?;
    let version = req.if_match()?;
    let params =
        (req.required_key()?, id, version, step, reason, req.actor()?, req.id().to_owned());
    let closed =
        post(req, db, &CLOSE, params).await.on_constraint("issued_invoices_overdue", || {
            let detail = "wait until its last day to pay is over, or void or credit it";
            Problem::new(problem::NOT_OVERDUE, detail)
        });
    refused_step(closed)?.changed(req, Problem::not_found("invoice"))
}
