//! Routes of mandates: standing promises to give.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::MandateId;

use crate::{
    posting::{books, post},
    sql::mandates::STEP,
};

pub mod activate;
pub mod cancel;
pub mod create;
pub mod find;
pub mod list;
pub mod pause;
pub mod resume;

/// One step of a standing promise, with the words it needs.
async fn step(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    words: Option<String>,
) -> Result<Response, Problem> {
    let id: MandateId = req.path("id")?;
    let version = req.if_match()?;
    let scope = req.scope("giving.read")?;
    let params = (req.required_key()?, id, version, step, words, scope, req.actor()?);
    let taken = post(req, db, &STEP, params)
        .await
        .on_constraint("recurring_mandates_pkey", || Problem::not_found("mandate"))
        .on_constraint("recurring_mandates_version", api::stale)
        .on_constraint("recurring_mandates_processor_ref_key", ref_taken)
        .on_constraint("recurring_mandates_status_transition", || {
            Problem::new(problem::MANDATE_STATE, "it is in another state, or over: read it again")
        });
    books(taken)?.changed(req, Problem::not_found("mandate"))
}

fn ref_taken() -> Problem {
    Problem::conflict("another mandate has this processor_ref")
}
