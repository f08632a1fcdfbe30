//! Routes of journals that people write, until somebody else posts them.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::JournalProposalId;

use crate::{
    posting::{books, post},
    sql::proposals::DECIDE,
};

pub mod approve;
pub mod find;
pub mod list;
pub mod reject;

/// A proposal of the demo data, for examples.
const EXAMPLE: &str = "85372bc4-6d86-56b8-985f-f07eee4608f0";
/// One that the developer's contact has written.
const OWN: &str = "dbdf58c0-7119-576b-bce2-4dcbde9e4da4";

/// The answer to a proposal names the proposal, whatever route took it.
pub(crate) fn proposed(response: Response) -> Result<Response, Problem> {
    let id = response.get("location").and_then(|place| place.rsplit('/').next()).map(str::to_owned);
    Ok(match id {
        Some(id) => response.with("location", format!("/v1/finance/journal-proposals/{id}")),
        None => response,
    })
}

/// Posts a proposal, or puts it away.
async fn decide(req: &Request, db: &Db<'_>, status: &'static str) -> Result<Response, Problem> {
    let id: JournalProposalId = req.path("id")?;
    let version = req.if_match()?;
    let (key, actor) = (req.required_key()?, req.actor()?);
    let decided = post(req, db, &DECIDE, (key, id, version, status, actor, req.id().to_owned()))
        .await
        .on_constraint("journal_proposals_pkey", || Problem::not_found("journal proposal"))
        .on_constraint("journal_proposals_version", api::stale)
        .on_constraint("journal_proposals_status_transition", || {
            Problem::conflict("somebody has decided about it already")
        })
        .on_constraint("journal_proposals_four_eyes", || {
            Problem::new(problem::FOUR_EYES, "who proposed a journal does not post it")
        })
        .on_constraint("accounts_floor", || {
            Problem::new(problem::INSUFFICIENT_FUNDS, "an account of it does not hold that much")
        });
    books(decided)?.changed(req, Problem::not_found("journal proposal"))
}
