//! Claims to the tax office, from the first draft to the money.
pub mod create;
pub mod export;
pub mod file;
pub mod find;
pub mod list;
pub mod poll;
pub mod receive;
pub mod small_donations;
pub mod submit;
pub mod validate;
pub mod withdraw;

use api::{OnConstraint, Problem, Request, Response, problem};

use crate::sql::{
    claims::{CLAIMANT, Claim, Claimant, Stepped},
    small_donations::{SENT, SentSmall},
};

/// A draft of the demo data, with one line.
pub(crate) const DRAFT: &[&str] = &["3d6487b8-2218-5bf3-b142-f69e5b66f9c4"];
/// A claim of the demo data that is ready to be submitted.
pub(crate) const VALIDATED: &[&str] = &["da5a7e18-68f0-555a-a768-e6c870bb64ef"];
/// A claim of the demo data that waits for its money.
pub(crate) const ACCEPTED: &[&str] = &["0960e60b-cb99-5961-8aa7-646239f47638"];

/// The answer to a step of a claim.
pub(crate) fn stepped(
    req: &Request,
    step: Result<Option<Stepped>, db::Error>,
) -> Result<Response, Problem> {
    let step = refusals(step.map_err(Problem::from))?.ok_or_else(not_found)?;
    let response = api::ok(req, &step.claim)?;
    let replayed = "idempotency-replayed";
    Ok(if step.replayed { response.with(replayed, "true") } else { response })
}

/// What every step of a claim may be refused for.
pub(crate) fn refusals<T>(step: Result<T, Problem>) -> Result<T, Problem> {
    step.on_constraint("idempotency_keys_fingerprint", api::key_reused)
        .on_constraint("claims_known", not_found)
        .on_constraint("claims_version", || {
            Problem::header(problem::STALE, "if-match", "is not the current version: read it again")
        })
        .on_constraint("claims_state", || {
            Problem::new(problem::CLAIM_STATE, "read the claim: its status does not allow this step")
        })
        .on_constraint("claims_current", || {
            let detail = "a gift was refunded or its declaration cancelled: withdraw the claim and collect again";
            Problem::new(problem::CLAIM_CHANGED, detail)
        })
        .on_constraint("claims_four_eyes", || {
            Problem::new(problem::FOUR_EYES, "who prepared the claim cannot submit it")
        })
        .on_constraint("gasds_claims_matching", || {
            let detail = "small donations count up to ten times the gifts of their tax year that are claimed: \
                          claim more gifts first, or fewer collections";
            Problem::new(problem::SMALL_DONATIONS_LIMIT, detail)
        })
        .on_constraint("gasds_claims_in_time", || {
            let detail = "small donations are claimed within two years from the end of their tax year: \
                          withdraw the claim and collect again";
            Problem::new(problem::OUT_OF_TIME, detail)
        })
        .on_constraint("claims_some_lines", || {
            Problem::new(problem::NOTHING_TO_CLAIM, "no gift of the claim can be claimed any longer")
        })
        .map_err(api::in_progress)
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("claim")
}

/// Who claims, and the small donations that go with a claim: one round trip.
pub(crate) async fn with_small(
    db: &db::Db<'_>,
    id: types::ClaimId,
) -> Result<(Claimant, Vec<SentSmall>), Problem> {
    let (claimants, small) = db.transaction((CLAIMANT.with((id,)), SENT.with((id,)))).await?;
    Ok((claimants.into_iter().next().ok_or_else(not_found)?, small))
}

/// The claim, or 404.
pub(crate) async fn known(db: &db::Db<'_>, id: types::ClaimId) -> Result<Claim, Problem> {
    crate::sql::claims::FIND.opt(db, (id,)).await?.ok_or_else(not_found)
}
