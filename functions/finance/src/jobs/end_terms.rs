//! `finance-end-terms`: notices that a last day is over: of an offer, of the time to pay; and opens accounting periods before
//! the last one ends.
//!
//! A quote can no longer be accepted after its last day, whether this ran or not; what it changes is what lists show.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::{invoices::MARK_OVERDUE, ledger::OPEN_PERIODS, quotes::EXPIRE};

/// The job.
pub const JOB: Job = Job {
    name: "finance-end-terms",
    summary: "Expires quotes after their last day, marks invoices that were not paid in time, opens the accounting periods ahead.",
    domain: Domain::Finance,
    schedule: "cron(5 1 * * ? *)",
    timeout_s: 300,
    work: |run, db| Box::pin(end(run, db)),
    ..Job::DEFAULT
};

/// Documents at a time.
const BATCH: i32 = 500;

/// Postings need a period, and those of agreements are dated years ahead; a period too many does nothing.
const YEARS_AHEAD: i32 = 5;

/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

async fn end(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let periods = OPEN_PERIODS.one(db, (YEARS_AHEAD,)).await?.opened;
    let (mut quotes, mut invoices) = (0, 0);
    let mut complete = false;
    while !complete && run.left() > 2 * BATCH_TIME {
        let expired = EXPIRE.one(db, (BATCH,)).await?.expired;
        let marked = MARK_OVERDUE.one(db, (BATCH,)).await?.marked;
        quotes += expired;
        invoices += marked;
        complete = expired.max(marked) < i64::from(BATCH);
    }
    Ok(json!({
        "opened_periods": periods, "expired_quotes": quotes, "overdue_invoices": invoices, "complete": complete,
    }))
}
