//! `finance-reconcile-processor`: compares what processors reported to hold with the books.
//!
//! Every report of the last 60 days is compared each time: what is posted late for an older day shows. Nothing is posted;
//! what came out is kept in `finance.recon_runs`, and a difference is told.
use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::{ledger::TEN_MINUTES, processors::COMPARE};

/// The job.
pub const JOB: Job = Job {
    name: "finance-reconcile-processor",
    summary: "Compares what processors reported to hold for us with the books at the end of those days.",
    domain: Domain::Finance,
    schedule: "cron(30 5 * * ? *)",
    timeout_s: 900,
    work: |run, db| Box::pin(reconcile(run, db)),
    ..Job::DEFAULT
};

async fn reconcile(_: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let (_, sides) = db.transaction((TEN_MINUTES.with(()), COMPARE.with(()))).await?;
    Ok(match sides.first() {
        Some(sides) => json!({
            "compared": sides.compared, "different": sides.different, "unclear": sides.unclear, "complete": true,
        }),
        None => json!({ "complete": false }),
    })
}
