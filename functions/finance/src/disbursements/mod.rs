//! Routes of disbursements: payments to partners, proposed by one person and approved by another.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::{DisbursementId, PartnerBankAccountId, Text};

use crate::{
    posting::{books, post},
    sql::disbursements::STEP,
};

pub mod approve;
pub mod confirm;
pub mod create;
pub mod fail;
pub mod find;
pub mod list;
pub mod send;
pub mod withdraw;

/// One step of a payment, with the words it needs; what each step can be refused for is the same list.
async fn step(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    words: Option<Text<500>>,
    bank_account: Option<PartnerBankAccountId>,
) -> Result<Response, Problem> {
    let id: DisbursementId = req.path("id")?;
    let version = req.if_match()?;
    let (key, actor) = (req.required_key()?, req.actor()?);
    let params = (key, id, version, step, words, bank_account, actor, req.id().to_owned());
    let taken = post(req, db, &STEP, params)
        .await
        .on_constraint("disbursements_pkey", || Problem::not_found("disbursement"))
        .on_constraint("disbursements_version", api::stale)
        .on_constraint("disbursements_status_transition", || {
            Problem::conflict("the disbursement is in another state: read it again")
        })
        .on_constraint("disbursement_approvals_four_eyes", || {
            let detail = "who proposed a disbursement does not approve it";
            Problem::new(problem::FOUR_EYES, detail)
        })
        .on_constraint("disbursements_milestone_approved", || {
            let detail =
                "have the milestone approved first, or propose the payment for its new version";
            Problem::new(problem::MILESTONE_NOT_APPROVED, detail)
        })
        .on_constraint("disbursements_bank_account_usable", || {
            let detail =
                "it must be the partner's, in this currency, verified, and at least three days old";
            Problem::new(problem::BANK_ACCOUNT_UNUSABLE, detail)
        })
        .on_constraint("disbursement_attempts_bank_account_id_fkey", || {
            Problem::invalid("/bank_account_id", "names no bank account")
        })
        .on_constraint("disbursement_attempts_bank_ref_key", || {
            Problem::conflict("another payment has this bank_ref")
        });
    books(taken)?.changed(req, Problem::not_found("disbursement"))
}
