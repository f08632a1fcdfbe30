//! `projects-seal-audit`: seals the audit log.
use api::{Failed, Job, Run};
use db::{Db, Domain, audit};
use serde_json::{Value, json};

/// The job.
pub const JOB: Job = Job {
    name: "projects-seal-audit",
    summary: "Seals what the audit log noted into its chain.",
    domain: Domain::Projects,
    schedule: "rate(1 minute)",
    timeout_s: 50,
    work: |run, db| Box::pin(work(run, db)),
    ..Job::DEFAULT
};

async fn work(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let (sealed, complete) = audit::seal(db, || run.left()).await?;
    Ok(json!({ "entries": sealed, "complete": complete }))
}
