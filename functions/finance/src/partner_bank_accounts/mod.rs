//! Routes of partners' bank accounts: written down by one person, verified by another, never changed.
use api::{Problem, Request, Response};
use db::Db;
use types::PartnerBankAccountId;

use crate::sql::partner_bank_accounts::{FIND, PartnerBankAccount};

pub mod create;
mod details;
pub mod list;
pub mod read_details;
pub mod retire;
pub mod verify;

/// The variable with the keys that details are sealed with.
const KEYS: &str = "ARUURI_BANK_DETAILS_KEYS";

/// The account after a step, or why the step was not taken.
async fn stepped(
    req: &Request,
    db: &Db<'_>,
    stepped: Option<PartnerBankAccount>,
    (id, version): (PartnerBankAccountId, i32),
    refusal: &'static str,
) -> Result<Response, Problem> {
    if let Some(account) = stepped {
        return api::ok(req, &account);
    }
    Err(match FIND.opt(db, (id,)).await? {
        None => Problem::not_found("bank account"),
        Some(account) if account.version != version => api::stale(),
        Some(_) => Problem::conflict(refusal),
    })
}
