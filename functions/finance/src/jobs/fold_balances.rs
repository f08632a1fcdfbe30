//! `finance-fold-balances`: keeps balances quick to read.
//!
//! A posting adds a delta to each account instead of locking its balance; who reads a balance adds up what waits. This
//! job folds what waits. Left undone for a day, balances are as exact, and slower.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::ledger::FOLD;

/// The job.
pub const JOB: Job = Job {
    name: "finance-fold-balances",
    summary: "Folds the changes of balances that wait into the balances of their accounts.",
    domain: Domain::Finance,
    schedule: "rate(1 minute)",
    timeout_s: 50,
    work: |run, db| Box::pin(fold(run, db)),
    ..Job::DEFAULT
};

/// Accounts at a time: their balances are locked meanwhile, and spending waits.
const BATCH: i32 = 200;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn fold(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let mut folded = 0;
    while run.left() > BATCH_TIME {
        let taken = FOLD.one(db, (BATCH,)).await?.taken;
        folded += taken;
        if taken < i64::from(BATCH) {
            return Ok(json!({ "accounts": folded, "complete": true }));
        }
    }
    Ok(json!({ "accounts": folded, "complete": false }))
}
