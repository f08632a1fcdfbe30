//! `platform-seal-audit`: seals the audit log, and makes its months ahead.
use api::{Failed, Job, Run};
use db::{Db, Domain, audit};
use serde_json::{Value, json};

use crate::sql::audit_logs::ENSURE_MONTHS;

/// The job.
pub const JOB: Job = Job {
    name: "platform-seal-audit",
    summary: "Seals what the audit log noted into its chain, and makes the partitions of the next months.",
    domain: Domain::Platform,
    schedule: "rate(1 minute)",
    timeout_s: 50,
    work: |run, db| Box::pin(work(run, db)),
    ..Job::DEFAULT
};

/// From this month on; what no month takes lies in the default partition, from which no month can be made.
const MONTHS: i32 = 6;

async fn work(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let made = ENSURE_MONTHS.one(db, (MONTHS,)).await?.made;
    let (sealed, complete) = audit::seal(db, || run.left()).await?;
    Ok(json!({ "months": made, "entries": sealed, "complete": complete }))
}
