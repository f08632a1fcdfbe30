//! `finance-collect-mandates`: expects the gifts of standing promises on their due dates.
//!
//! A due date becomes one contribution, whether this job or the processor's message comes first. It is settled, and
//! posted, when the processor says that the money has arrived.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::mandates::COLLECT;

/// The job.
pub const JOB: Job = Job {
    name: "finance-collect-mandates",
    summary: "Expects the gifts of standing promises that are due, once per promise and due date.",
    domain: Domain::Finance,
    schedule: "cron(15 1 * * ? *)",
    timeout_s: 300,
    work: |run, db| Box::pin(collect(run, db)),
    ..Job::DEFAULT
};

/// Promises at a time.
const BATCH: i32 = 200;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn collect(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let mut expected = 0;
    while run.left() > BATCH_TIME {
        let taken = COLLECT.one(db, (BATCH,)).await?.taken;
        expected += taken;
        // One that was not run for long has several due dates: until nothing is due.
        if taken == 0 {
            return Ok(json!({ "expected": expected, "complete": true }));
        }
    }
    Ok(json!({ "expected": expected, "complete": false }))
}
