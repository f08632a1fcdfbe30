//! `finance-seal-journals`: adds what was posted to the chain of seals.
//!
//! A posting only queues its journal, so that none waits for another. Small batches, because each holds the end of the
//! chain until it commits; two at once take turns.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::ledger::SEAL;

/// The job.
pub const JOB: Job = Job {
    name: "finance-seal-journals",
    summary: "Adds the journals that wait to the chain of seals, which shows whether anybody changes them later.",
    domain: Domain::Finance,
    schedule: "rate(1 minute)",
    timeout_s: 50,
    work: |run, db| Box::pin(seal(run, db)),
    ..Job::DEFAULT
};

/// Journals at a time: about a tenth of a second.
const BATCH: i32 = 500;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn seal(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let mut sealed = 0;
    while run.left() > BATCH_TIME {
        let taken = SEAL.one(db, (BATCH,)).await?.taken;
        sealed += taken;
        if taken < i64::from(BATCH) {
            return Ok(json!({ "journals": sealed, "complete": true }));
        }
    }
    Ok(json!({ "journals": sealed, "complete": false }))
}
