//! `platform-purge`: takes away what is no longer good for anything.
//!
//! Links, codes, sign-ins and attempts that have ended count for nothing; how long they are kept is a setting. What
//! happened stays in the audit log. Left undone for a month, tables are larger and nothing else.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::identity::{END_EXPIRED_INVITATIONS, PURGE, Purged};

/// The job.
pub const JOB: Job = Job {
    name: "platform-purge",
    summary: "Deletes links, sign-ins and attempts that ended long ago, and takes expired invitations back.",
    domain: Domain::Platform,
    schedule: "rate(1 hour)",
    timeout_s: 50,
    work: |run, db| Box::pin(purge(run, db)),
    ..Job::DEFAULT
};

/// Of each kind at a time.
const BATCH: i32 = 500;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn purge(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let mut sum = Purged { links: 0, sessions: 0, attempts: 0, codes: 0 };
    let mut invitations = 0;
    let mut complete = false;
    while !complete && run.left() > BATCH_TIME * 2 {
        let ended = END_EXPIRED_INVITATIONS.one(db, (BATCH,)).await?.ended;
        let Purged { links, sessions, attempts, codes } = PURGE.one(db, (BATCH,)).await?;
        invitations += ended;
        sum.links += links;
        sum.sessions += sessions;
        sum.attempts += attempts;
        sum.codes += codes;
        // A sign-in is several sessions: a batch of them may be more than so many rows.
        complete = [ended, links, sessions, attempts, codes].iter().all(|n| *n < i64::from(BATCH));
    }
    Ok(json!({
        "links": sum.links, "sessions": sum.sessions, "attempts": sum.attempts, "codes": sum.codes,
        "invitations": invitations, "complete": complete,
    }))
}
