//! Routes of grants that others give us: approved, received, and what becomes of the rest.
use api::{OnConstraint as _, Problem, Request, Response};
use db::Db;
use types::{Date, GrantId, Money};

use crate::{
    posting::{books, post},
    sql::grants::STEP,
};

pub mod claw_back;
pub mod create;
pub mod find;
pub mod list;
pub mod receive;
pub mod repay;
pub mod withdraw;
pub mod write_off;

/// What goes with a step.
#[derive(Default)]
struct With {
    amount: Option<Money>,
    on: Option<Date>,
    words: Option<String>,
}

/// One step of a grant; what each step can be refused for is the same list.
async fn step(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    with: With,
) -> Result<Response, Problem> {
    let id: GrantId = req.path("id")?;
    let version = req.if_match()?;
    let With { amount, on, words } = with;
    if amount.is_some_and(|amount| amount.minor() < 1) {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 minor unit"));
    }
    let (minor, currency) = (amount.map(Money::minor), amount.map(Money::currency));
    let (key, actor) = (req.required_key()?, req.actor()?);
    let params = (key, id, version, step, minor, currency, on, words, actor, req.id().to_owned());
    let taken = post(req, db, &STEP, params)
        .await
        .on_constraint("grants_pkey", || Problem::not_found("grant"))
        .on_constraint("grants_version", api::stale)
        .on_constraint("grants_status_transition", || {
            Problem::conflict("the grant is in another state: read it again")
        })
        .on_constraint("grants_currency_of_grant", || {
            Problem::invalid("/amount/currency", "must be the currency of the grant")
        })
        .on_constraint("grant_receipts_total", || {
            Problem::invalid("/amount/amount", "is more than is still to come of the grant")
        })
        .on_constraint("grants_repayable_within", || {
            Problem::invalid("/amount/amount", "is more than was received of the grant")
        })
        .on_constraint("grant_receipts_bank_ref_key", || {
            Problem::already_recorded("a receipt with this bank_ref is already recorded")
        });
    books(taken)?.changed(req, Problem::not_found("grant"))
}
