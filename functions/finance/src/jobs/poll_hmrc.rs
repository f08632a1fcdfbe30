//! `finance-poll-hmrc`: asks the tax office for every claim that waits for an answer, and sends those that were not sent.
use std::{io, time::Duration};

use api::{Failed, Job, Run};
use db::{Db, Domain};
use serde_json::{Value, json};

use crate::{
    gift_aid::{
        hmrc::{Hmrc, VARIABLE},
        sending,
    },
    sql::claims::DUE,
};

/// The job.
pub const JOB: Job = Job {
    name: "finance-poll-hmrc",
    summary: "Asks the tax office for claims that wait for its answer; sends those that certainly were not sent.",
    domain: Domain::Finance,
    schedule: "rate(1 minute)",
    settings: &[VARIABLE],
    timeout_s: 55,
    work: |run, db| Box::pin(work(run, db)),
    ..Job::DEFAULT
};

/// What stands for the request in the books.
const REQUEST: &str = "finance-poll-hmrc";

/// A claim may take two messages of 20 seconds.
const ONE_CLAIM: Duration = Duration::from_secs(42);

async fn work(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let hmrc = Hmrc::parse(run.setting(VARIABLE))
        .map_err(|why| io::Error::other(format!("{VARIABLE} {why}")))?;
    let Some(hmrc) = hmrc else { return Ok(json!({ "connected": false, "asked": 0 })) };
    let mut asked = 0;
    for claim in DUE.all(db, (20,)).await? {
        if run.left() < ONE_CLAIM && asked > 0 {
            break;
        }
        if claim.status == "submitted" {
            sending::send(db, &hmrc, &claim, REQUEST).await?;
        } else {
            sending::ask(db, &hmrc, &claim, REQUEST).await?;
        }
        asked += 1;
    }
    Ok(json!({ "connected": true, "asked": asked }))
}
