//! Routes of quotes: what is offered to customers. A quote posts nothing.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::{ContactId, Date, QuoteId, Text};

use crate::{
    lines,
    posting::{books, post},
    sql::quotes::STEP,
};

pub mod accept;
pub mod convert;
pub mod create;
pub mod decline;
pub mod find;
pub mod list;
pub mod send;
pub mod update;
pub mod withdraw;

/// What the database refuses of a draft's values, for those who write them.
fn refused<T>(written: Result<T, Problem>) -> Result<T, Problem> {
    lines::refused(written)
        .on_constraint("quotes_currency_fkey", || {
            Problem::invalid("/currency", "is not a currency that our books take")
        })
        .on_constraint("quotes_discount_minor_range", || {
            Problem::invalid("/discount/amount", "must not be below 0")
        })
        .on_constraint("quotes_discount_currency", || {
            Problem::invalid("/discount/currency", "must be that of the quote")
        })
        .on_constraint("quotes_discount_within", || {
            Problem::invalid("/discount/amount", "must not be more than all lines without tax")
        })
        .on_constraint("quotes_one_discount", || {
            Problem::invalid("/discount", "and discount_bp exclude each other")
        })
        .on_constraint("quotes_replaces_id_fkey", || {
            Problem::invalid("/replaces_id", "names no quote")
        })
        .on_constraint("quotes_replaces_another", || {
            Problem::invalid("/replaces_id", "must be another quote")
        })
        .on_constraint("quotes_early_payment_bp_range", || {
            Problem::invalid("/early_payment_bp", "must be 0 to 10000")
        })
        .on_constraint("quotes_early_payment_days_range", || {
            Problem::invalid("/early_payment_days", "must be 0 to 365")
        })
        .on_constraint("quote_lines_unit_shape", || {
            Problem::invalid("/lines", "have a unit that is not lower-case letters, digits and _")
        })
        .on_constraint("quote_lines_component_type_shape", || {
            Problem::invalid("/lines", "have a component_type that is not lower-case letters and _")
        })
}

/// A discount on the whole takes off no more than the whole.
fn is_share(discount_bp: i32) -> Result<(), Problem> {
    if !(0..=10_000).contains(&discount_bp) {
        return Err(Problem::invalid("/discount_bp", "must be 0 to 10000"));
    }
    Ok(())
}

/// What a step of a quote can be refused for.
fn refused_step<T>(taken: Result<T, Problem>) -> Result<T, Problem> {
    let taken = taken
        .on_constraint("quotes_pkey", || Problem::not_found("quote"))
        .on_constraint("quotes_version", api::stale)
        .on_constraint("quotes_status_transition", || {
            Problem::new(problem::QUOTE_STATE, "the quote is in another state: read it again")
        })
        .on_constraint("quotes_still_valid", || {
            let detail = "the last day of the offer is over: send a new one that replaces it";
            Problem::new(problem::QUOTE_EXPIRED, detail)
        });
    books(taken)
}

/// One step of a quote: what it needs beside its name.
async fn step(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    valid_until: Option<Date>,
    accepted_by: Option<ContactId>,
    reason: Option<Text<500>>,
) -> Result<Response, Problem> {
    let id: QuoteId = req.path("id")?;
    let version = req.if_match()?;
    let params =
        (req.required_key()?, id, version, step, valid_until, accepted_by, reason, req.actor()?);
    let taken = post(req, db, &STEP, params)
        .await
        .on_constraint("quotes_some_lines", || {
            Problem::new(problem::QUOTE_STATE, "the quote has no lines: add some first")
        })
        .on_constraint("quotes_sent_is_valid", || {
            Problem::invalid("/valid_until", "is missing: the last day of the offer")
        })
        .on_constraint("quotes_replaces_done", || {
            let detail = "the quote that it replaces has become an invoice: void that first";
            Problem::new(problem::QUOTE_STANDS, detail)
        })
        .on_constraint("quotes_replaces_id_key", || {
            Problem::new(problem::QUOTE_STANDS, "another quote has replaced that one already")
        });
    refused_step(taken)?.changed(req, Problem::not_found("quote"))
}
