//! `finance-reconcile-bank`: finds the journals of what our bank says, and compares balances.
//!
//! A line is matched if it names a journal of its amount, or is alone with it on both sides; a payout that arrives is
//! booked. The rest waits for a person. What came of the comparison is kept in `finance.recon_runs`.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::sql::{bank::COMPARE, bank_lines::RECONCILE, ledger::TEN_MINUTES};

/// The job.
pub const JOB: Job = Job {
    name: "finance-reconcile-bank",
    summary: "Matches lines of our bank's statements with journals, books payouts that arrived, and compares balances.",
    domain: Domain::Finance,
    schedule: "cron(15 5 * * ? *)",
    timeout_s: 300,
    work: |run, db| Box::pin(reconcile(run, db)),
    ..Job::DEFAULT
};

/// What stands for the request in the books.
const REQUEST: &str = "finance-reconcile-bank";
/// Lines at a time.
const PAGE: i32 = 200;
/// A page may take so long before the function is stopped.
const PAGE_TIME: Duration = Duration::from_secs(60);

async fn reconcile(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let (mut after, mut matched, mut found) = (None, 0, 0);
    while run.left() > PAGE_TIME {
        let page = RECONCILE.with((after, PAGE, REQUEST.to_owned()));
        let (_, page) = db.transaction((TEN_MINUTES.with(()), page)).await?;
        let Some(page) = page.into_iter().next() else { break };
        (matched, found) = (matched + page.matched, found + page.matched);
        if page.looked == i64::from(PAGE) {
            after = page.last_id;
        } else if found > 0 {
            // What was matched may have left another line alone with its amount: once more from the first.
            (after, found) = (None, 0);
        } else {
            return compare(db, matched).await;
        }
    }
    Ok(json!({ "matched": matched, "complete": false }))
}

async fn compare(db: &Db<'_>, matched: i64) -> Result<Value, Failed> {
    let (_, sides) = db.transaction((TEN_MINUTES.with(()), COMPARE.with(()))).await?;
    Ok(match sides.first() {
        Some(sides) => json!({
            "matched": matched, "compared": sides.compared, "different": sides.different, "complete": true,
        }),
        None => json!({ "matched": matched, "complete": false }),
    })
}
