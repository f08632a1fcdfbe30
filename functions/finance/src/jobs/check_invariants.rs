//! `finance-check-invariants`: asks every night whether all rules of the books hold, and computes the chain of seals again.
//!
//! If one does not, an event tells other domains, and the job fails: failed functions are what the platform alarms on.
use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::{
    books::{BAD_LINKS, BREAKS},
    ledger::{REPORT_BREAKS, TEN_MINUTES},
};

/// The job.
pub const JOB: Job = Job {
    name: "finance-check-invariants",
    summary: "Asks every rule of the books and computes the chain of seals again; fails, and tells, if one does not hold.",
    domain: Domain::Finance,
    schedule: "cron(30 2 * * ? *)",
    timeout_s: 900,
    work: |run, db| Box::pin(check(run, db)),
    ..Job::DEFAULT
};

/// Breaks that are counted.
const AT_MOST: i64 = 1000;
/// Breaks that are told.
const TOLD: usize = 20;

async fn check(_: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let (_, breaks) = db.transaction((TEN_MINUTES.with(()), BREAKS.with((AT_MOST,)))).await?;
    let (_, links) = db.transaction((TEN_MINUTES.with(()), BAD_LINKS.with((AT_MOST,)))).await?;
    let broken = breaks.len() + links.len();
    if broken == 0 {
        return Ok(json!({ "breaks": 0, "broken_links": 0 }));
    }
    let rules = breaks.iter().map(|it| format!("{}: {}", it.invariant, it.what));
    let chain = links.iter().map(|it| format!("I11 chain of seals: {} of link {}", it.why, it.seq));
    let told: Vec<String> = rules.chain(chain).take(TOLD).collect();
    REPORT_BREAKS.one(db, (json!({ "breaks": broken, "first": told }),)).await?;
    Err(format!("{broken} rules of the books are broken; {}", told.join("; ")).into())
}
