//! `finance-purge-keys`: forgets the Idempotency-Keys of more than 30 days ago.
//!
//! What they were for stays once: a source is posted once per kind, for ever.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::ledger::PURGE_KEYS;

/// The job.
pub const JOB: Job = Job {
    name: "finance-purge-keys",
    summary: "Deletes Idempotency-Keys and their answers after 30 days.",
    domain: Domain::Finance,
    schedule: "cron(45 3 * * ? *)",
    timeout_s: 300,
    work: |run, db| Box::pin(purge(run, db)),
    ..Job::DEFAULT
};

/// Keys at a time.
const BATCH: i32 = 1000;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn purge(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let mut purged = 0;
    while run.left() > BATCH_TIME {
        let taken = PURGE_KEYS.one(db, (BATCH,)).await?.taken;
        purged += taken;
        if taken < i64::from(BATCH) {
            return Ok(json!({ "keys": purged, "complete": true }));
        }
    }
    Ok(json!({ "keys": purged, "complete": false }))
}
