//! The job that hands a domain's events over to the bus, from where rules start the functions that take them.
//!
//! Not nudged after a commit: docs/events.md.
#[cfg(test)]
mod tests;

use std::time::Duration;

use api::{
    Failed, Job, Run,
    bus::{self, BUS},
};
use aws::{Aws, Entry};
use db::{
    Db, Domain,
    events::{self, Event, Sender, Unsent},
};
use serde_json::{Value, json};
use tokio::time::timeout;

/// So long one call may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// Hands over what waits in the outbox of a domain.
pub const fn job(name: &'static str, domain: Domain) -> Job {
    Job {
        name,
        summary: "Hands over to the bus what this domain tells others.",
        domain,
        schedule: "rate(1 minute)",
        settings: &[BUS],
        ambient: aws::VARIABLES,
        timeout_s: 55,
        work: |run, db| Box::pin(work(run, db)),
        ..Job::DEFAULT
    }
}

async fn work(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let bus = run.setting(BUS);
    if bus == "off" {
        return Ok(json!({ "connected": false, "sent": 0 }));
    }
    let value = |name: &str| Some(run.setting(name).to_owned());
    let aws = Aws::find(value)?;
    let relayed = events::relay(db, || run.left(), &Bus { aws: &aws, name: bus }).await?;
    if relayed.sent == 0 && relayed.failed > 0 {
        let failed = relayed.failed;
        return Err(
            format!("{failed} events were not handed over: cargo aruuri events list").into()
        );
    }
    let events::Relayed { sent, failed, complete } = relayed;
    Ok(json!({ "connected": true, "sent": sent, "failed": failed, "complete": complete }))
}

/// Tells again what others should know by now: what was lost on its way arrives, what was taken does nothing.
pub const fn again(name: &'static str, domain: Domain) -> Job {
    Job {
        name,
        summary: "Tells other domains the newest state of what changed within a week once more.",
        domain,
        schedule: "rate(1 day)",
        timeout_s: 50,
        work: |_, db| Box::pin(tell_again(db)),
        ..Job::DEFAULT
    }
}

async fn tell_again(db: &Db<'_>) -> Result<Value, Failed> {
    let events = events::outbox(db.domain()).again.all(db, (None,)).await?;
    Ok(json!({ "events": events.len() }))
}

struct Bus<'a> {
    aws: &'a Aws,
    name: &'a str,
}

impl Sender for Bus<'_> {
    async fn send(&self, events: &[Event]) -> Vec<Result<(), Unsent>> {
        put(self.aws, self.name, events).await
    }
}

/// Puts events on the bus, in as many calls as their bytes need.
async fn put(aws: &Aws, bus: &str, events: &[Event]) -> Vec<Result<(), Unsent>> {
    let source = events.first().map(source).unwrap_or_default();
    let details: Vec<String> = events.iter().map(bus::detail).collect();
    let entries: Vec<Entry<'_>> = events
        .iter()
        .zip(&details)
        .map(|(event, detail)| Entry { bus, source: &source, detail_type: &event.topic, detail })
        .collect();
    let mut outcomes = Vec::with_capacity(entries.len());
    for call in calls(&entries) {
        outcomes.extend(match call {
            Call::TooLarge(entry) => vec![Err(too_large(entry))],
            Call::Put(entries) => put_call(aws, entries).await,
        });
    }
    outcomes
}

/// `aruuri.finance`, of `finance.contribution.received.v1`.
fn source(event: &Event) -> String {
    format!("aruuri.{}", event.topic.split('.').next().unwrap_or_default())
}

/// What is done with some entries.
#[derive(Debug)]
enum Call<'a> {
    Put(&'a [Entry<'a>]),
    TooLarge(&'a Entry<'a>),
}

/// Entries in their order, in calls that are taken.
fn calls<'a>(entries: &'a [Entry<'a>]) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, entry) in entries.iter().enumerate() {
        let more = entry.bytes();
        let full = index - start == Entry::MOST || bytes + more > Entry::MOST_BYTES;
        if full && index > start {
            calls.push(Call::Put(&entries[start..index]));
            (start, bytes) = (index, 0);
        }
        if more > Entry::MOST_BYTES {
            calls.push(Call::TooLarge(entry));
            (start, bytes) = (index + 1, 0);
        } else {
            bytes += more;
        }
    }
    if start < entries.len() {
        calls.push(Call::Put(&entries[start..]));
    }
    calls
}

fn too_large(entry: &Entry<'_>) -> Unsent {
    let (bytes, most) = (entry.bytes(), Entry::MOST_BYTES);
    Unsent::Refused(format!("the event has {bytes} bytes, and the bus takes {most}"))
}

async fn put_call(aws: &Aws, entries: &[Entry<'_>]) -> Vec<Result<(), Unsent>> {
    match put_once(aws, entries).await {
        Ok(outcomes) => outcomes,
        // One of them is not as it should be: alone, it does not keep the others back.
        Err(Unsent::Refused(_)) if entries.len() > 1 => {
            let mut outcomes = Vec::with_capacity(entries.len());
            for alone in entries.chunks(1) {
                let outcome = put_once(aws, alone).await;
                outcomes.extend(outcome.unwrap_or_else(|why| vec![Err(why)]));
            }
            outcomes
        }
        Err(why) => entries.iter().map(|_| Err(why.clone())).collect(),
    }
}

async fn put_once(aws: &Aws, entries: &[Entry<'_>]) -> Result<Vec<Result<(), Unsent>>, Unsent> {
    let no_answer =
        |_| Unsent::Closed(format!("no answer of EventBridge within {} s", PATIENCE.as_secs()));
    let answer = timeout(PATIENCE, aws.put_events(entries)).await.map_err(no_answer)?;
    let outcomes = answer.map_err(|error| {
        let why = db::Chain(&error).to_string();
        match error {
            aws::Error::Refused { kind, .. } if kind == "ValidationException" => {
                Unsent::Refused(why)
            }
            // Whoever may not put events may not put any: that is no fault of these.
            _ => Unsent::Closed(why),
        }
    })?;
    Ok(outcomes.into_iter().map(|outcome| outcome.map_err(unsent)).collect())
}

fn unsent(refused: aws::Refused) -> Unsent {
    let aws::Refused { code, for_now } = refused;
    let why = format!("EventBridge refuses the event: {code}");
    if for_now { Unsent::Closed(why) } else { Unsent::Refused(why) }
}
