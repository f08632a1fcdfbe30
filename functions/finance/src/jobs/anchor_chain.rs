//! `finance-anchor-chain`: says once a day, outside the database, how the chain of seals ends.
//!
//! Who can rewrite the database can rewrite the chain too, but not what was written elsewhere. The place is the log of
//! this job, which the platform keeps where the database's administrators have no say.
use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::ledger::{ANCHOR, Anchored};

/// The job.
pub const JOB: Job = Job {
    name: "finance-anchor-chain",
    summary: "Writes the last link of the chain of seals to its log once a day, and records that it did.",
    domain: Domain::Finance,
    schedule: "cron(15 0 * * ? *)",
    timeout_s: 30,
    work: |run, db| Box::pin(anchor(run, db)),
    ..Job::DEFAULT
};

/// As `published_to` of the anchors says.
const PLACE: &str = "log of finance-anchor-chain";

async fn anchor(_: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    Ok(match ANCHOR.opt(db, (PLACE.to_owned(),)).await? {
        Some(Anchored { seq, hash, is_new }) => json!({ "seq": seq, "hash": hash, "new": is_new }),
        None => json!({ "seq": 0, "new": false }),
    })
}
