//! Routes of the lines of our bank's statements: what each is in the books.
use api::{OnConstraint as _, Problem, Request, Response, problem};
use db::Db;
use types::{BankLineId, Text};

use crate::{
    posting::{Posted, books, post},
    sql::bank_lines::{BankLineWithMatches, STEP},
};

pub mod find;
pub mod ignore;
pub mod list;
pub mod match_line;
pub mod reopen;

/// What every step of a line can be refused for.
fn refused(
    taken: Result<Posted<BankLineWithMatches>, Problem>,
) -> Result<Posted<BankLineWithMatches>, Problem> {
    let taken = taken
        .on_constraint("bank_lines_pkey", || Problem::not_found("line"))
        .on_constraint("bank_lines_version", api::stale)
        .on_constraint("bank_lines_status_transition", || {
            Problem::new(problem::LINE_STATE, "the line is in another state: read it again")
        });
    books(taken)
}

/// A step that needs no more than its reason.
async fn step(
    req: &Request,
    db: &Db<'_>,
    step: &'static str,
    reason: &Text<500>,
) -> Result<Response, Problem> {
    let id: BankLineId = req.path("id")?;
    let version = req.if_match()?;
    let (key, why) = (req.required_key()?, reason.as_str().to_owned());
    let params = (key, id, version, step, why, req.actor()?, req.id().to_owned());
    refused(post(req, db, &STEP, params).await)?.changed(req, Problem::not_found("line"))
}
