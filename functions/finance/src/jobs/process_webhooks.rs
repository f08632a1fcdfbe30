//! `finance-process-webhooks`: acts on what payment providers told us.
//!
//! Each message is one transaction of its own. One that comes before what it is about waits for it; one that cannot be
//! read, or that the books refuse, is parked with the reason and stands in nobody's way.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Chain, Db, Domain, Kind};
use serde_json::{Value, json};

use crate::{
    sql::webhooks::{APPLY, DUE, Due, PARK},
    webhooks,
};

/// The job.
pub const JOB: Job = Job {
    name: "finance-process-webhooks",
    summary: "Acts on messages of payment providers: payments, refunds, disputes, payouts and fees, in any order.",
    domain: Domain::Finance,
    schedule: "rate(1 minute)",
    timeout_s: 55,
    work: |run, db| Box::pin(process(run, db)),
    ..Job::DEFAULT
};

/// Messages that are read at a time.
const BATCH: i64 = 50;
/// A message may take as long as the role's `statement_timeout`, and again to be parked.
const ONE_MESSAGE: Duration = Duration::from_secs(10);
/// What stands for the request in the books.
const REQUEST: &str = "finance-process-webhooks";

async fn process(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let [mut done, mut ignored, mut waiting, mut parked] = [0; 4];
    let mut complete = false;
    'work: while run.left() > ONE_MESSAGE {
        let due = DUE.all(db, (BATCH,)).await?;
        let mut moved = false;
        for event in &due {
            if run.left() < ONE_MESSAGE {
                break 'work;
            }
            let count = match act(db, event).await? {
                Outcome::Done => &mut done,
                Outcome::Ignored => &mut ignored,
                Outcome::Waiting => &mut waiting,
                Outcome::Parked => &mut parked,
                Outcome::Busy => continue,
            };
            *count += 1;
            moved = true;
        }
        // What others have in hand stays due until they are through.
        if !moved {
            complete = true;
            break;
        }
    }
    Ok(json!({
        "done": done, "ignored": ignored, "waiting": waiting, "parked": parked, "complete": complete,
    }))
}

enum Outcome {
    Done,
    Ignored,
    Waiting,
    Parked,
    /// Another worker has it, or what it needs is locked.
    Busy,
}

async fn act(db: &Db<'_>, event: &Due) -> Result<Outcome, Failed> {
    let fact = match webhooks::read(&event.provider, &event.payload) {
        Ok(fact) => fact,
        Err(why) => return park(db, event, why.to_string(), None).await,
    };
    let told = match &fact {
        Some(fact) => serde_json::to_value(fact)?,
        None => json!({ "kind": "other" }),
    };
    match APPLY.one(db, (event.id, told, REQUEST.to_owned())).await {
        Ok(applied) => Ok(match applied.outcome.as_str() {
            "done" => Outcome::Done,
            "ignored" => Outcome::Ignored,
            "waiting" => Outcome::Waiting,
            _ => Outcome::Busy,
        }),
        Err(e) => match e.kind() {
            Kind::Contention | Kind::LockTimeout => Ok(Outcome::Busy),
            // The same message would be refused again: it is for a person to look at.
            Kind::Constraint | Kind::Input | Kind::Bug => {
                let subject = fact.and_then(|fact| fact.subject());
                let why = Chain(&e).to_string();
                park(db, event, why, subject).await
            }
            _ => Err(e.into()),
        },
    }
}

async fn park(
    db: &Db<'_>,
    event: &Due,
    why: String,
    subject: Option<String>,
) -> Result<Outcome, Failed> {
    // What a message says may stand in the reason, and no text column takes a NUL.
    let parked = PARK.one(db, (event.id, why.replace('\0', ""), subject)).await?.parked;
    Ok(if parked { Outcome::Parked } else { Outcome::Busy })
}
