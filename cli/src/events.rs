//! `events`: what the domains tell each other, for this machine and for whoever looks after it.
use std::{fmt::Write as _, time::Duration};

use api::Subscriber;
use clap::{Args, Subcommand};
use db::{
    Access, Db, Domain, Pool,
    events::{self, Event, Relayed, Sender, Unsent, Waiting},
};
use serde::Serialize;
use stack::{Running, Stack};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};
use uuid::Uuid;

use crate::{
    failure::{Exit, Failure},
    functions,
    output::{Output, Paint, Table},
};

/// How long one run of the relay may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// See what waits in the outboxes, bring back what was given up, and hand over what is due
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri events relay                       local: hand over what is due, to the subscribers themselves
  cargo aruuri events list --parked               what was given up after eight attempts, and why
  cargo aruuri events retry --domain projects     all of a domain, or one: --id
  cargo aruuri events again --since 2026-11-01T00:00:00Z   after more than a week in which nobody took them
  cargo aruuri events list --domain finance -o json | jq '.events[].topic'

The URL of a domain is ARUURI_<DOMAIN>_DATABASE_URL_POOLED, else that of the local servers. Mails are not events of
this kind: cargo aruuri mail.")]
pub(crate) struct Events {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what waits, the oldest first
    List {
        /// Only this domain
        #[arg(long, value_name = "DOMAIN", value_parser = NAMES)]
        domain: Option<String>,
        /// Only what was given up
        #[arg(long)]
        parked: bool,
        /// At most so many of each domain
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Bring back what was given up
    Retry {
        /// Only this domain
        #[arg(long, value_name = "DOMAIN", value_parser = NAMES)]
        domain: Option<String>,
        /// Only this event
        #[arg(long, value_name = "UUID")]
        id: Option<Uuid>,
    },
    /// Have the newest of each thing told once more; who has taken it does nothing
    Again {
        /// What became true from then on, as 2026-11-01T00:00:00Z
        #[arg(long, value_name = "INSTANT")]
        since: types::Timestamp,
        /// Only this domain
        #[arg(long, value_name = "DOMAIN", value_parser = NAMES)]
        domain: Option<String>,
    },
    /// Hand over what is due on the local servers, until nothing is
    Relay,
}

const NAMES: [&str; 4] = ["platform", "projects", "finance", "content"];

#[derive(Serialize)]
struct Listed {
    events: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    domain: &'static str,
    id: Uuid,
    topic: String,
    aggregate_id: Uuid,
    occurred_at: types::Timestamp,
    attempts: i32,
    due_at: Option<types::Timestamp>,
    parked_at: Option<types::Timestamp>,
    last_error: Option<String>,
}

#[derive(Serialize)]
struct Back {
    retried: Vec<Uuid>,
}

#[derive(Serialize)]
struct Again {
    told_again: usize,
}

#[derive(Serialize)]
struct Sent {
    sent: usize,
    failed: usize,
}

impl Events {
    /// Looks, or hands over.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let running = Stack::find()?.running();
        let runtime = functions::runtime()?;
        match self.what {
            What::List { domain, parked, limit } => {
                let pools = Pools::open(running.as_ref(), domain.as_deref(), From::Environment)?;
                runtime.block_on(list(&pools, parked, limit, out))
            }
            What::Retry { domain, id } => {
                let pools = Pools::open(running.as_ref(), domain.as_deref(), From::Environment)?;
                runtime.block_on(retry(&pools, id, out))
            }
            What::Again { since, domain } => {
                let pools = Pools::open(running.as_ref(), domain.as_deref(), From::Environment)?;
                let told_again = runtime.block_on(again(&pools, since)).map_err(unreadable)?;
                let text = format!("{told_again} wait for the relay once more");
                out.data(&Again { told_again }, text)?;
                Ok(Exit::Ok)
            }
            What::Relay => {
                let running = running.ok_or_else(|| {
                    Failure::new(Exit::Unreachable, "the local servers do not run")
                        .next("cargo aruuri dev, in another terminal")
                })?;
                let pools = Pools::open(Some(&running), None, From::Local)?;
                let Relayed { sent, failed, .. } =
                    runtime.block_on(relay(&pools)).map_err(unreadable)?;
                out.data(&Sent { sent, failed }, format!("{sent} handed over, {failed} refused"))?;
                Ok(if failed == 0 { Exit::Ok } else { Exit::Failure })
            }
        }
    }
}

/// Where URLs may come from: an event of somewhere else is never handed to a subscriber here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Environment,
    Local,
}

/// A way to each domain, as its functions write.
pub(crate) struct Pools(Vec<Pool>);

impl Pools {
    fn open(running: Option<&Running>, only: Option<&str>, from: From) -> Result<Pools, Failure> {
        let wanted = |it: &Domain| only.is_none_or(|name| name == it.name());
        let pools = Domain::ALL.into_iter().filter(wanted).map(|domain| {
            let var = |name: &str| {
                let set = || std::env::var(name).ok().filter(|value| !value.is_empty());
                let local = || running.and_then(|it| it.env.get(name).cloned());
                if from == From::Local { local() } else { set().or_else(local) }
            };
            Pool::find(domain, Access::Write, "aruuri events", var).map_err(|error| {
                Failure::new(
                    Exit::Unreachable,
                    format_args!("there is no {} database", domain.name()),
                )
                .because(&error)
                .next("cargo aruuri up")
            })
        });
        Ok(Pools(pools.collect::<Result<_, _>>()?))
    }

    /// Those given.
    pub(crate) fn of(pools: Vec<Pool>) -> Pools {
        Pools(pools)
    }

    fn all(&self) -> impl Iterator<Item = Db<'_>> {
        self.0.iter().map(|pool| pool.begin(Instant::now() + PATIENCE))
    }
}

/// Hands over what is due on the local servers, again and again; ended with this.
#[derive(Debug)]
pub(crate) struct Relay {
    _until: oneshot::Sender<()>,
}

impl Relay {
    /// Begins, with `pause` between two rounds.
    ///
    /// # Errors
    /// When a domain has no database, or the system gives no more threads.
    pub(crate) fn start(
        running: &Running,
        pause: Duration,
        out: &Output,
    ) -> Result<Relay, Failure> {
        let (pools, out) = (Pools::open(Some(running), None, From::Local)?, out.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::new(Exit::Failure, "cannot start a runtime").because(&error)
        })?;
        let (until, ended) = oneshot::channel();
        // On a thread of its own: taking an event is long work for a database, and nobody waits for it.
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = ended => {}
                    () = rounds(&pools, pause, &out) => {}
                }
            });
        });
        Ok(Relay { _until: until })
    }
}

async fn rounds(pools: &Pools, pause: Duration, out: &Output) {
    loop {
        sleep(pause).await;
        match relay(pools).await {
            Ok(Relayed { sent: 0, failed: 0, .. }) => {}
            Ok(Relayed { sent, failed, .. }) => {
                out.detail(format_args!("events: {sent} handed over, {failed} refused"));
            }
            Err(error) => out.raw_error(format_args!(
                "{} events: {}",
                Paint::bad("failed:"),
                db::Chain(&error)
            )),
        }
    }
}

/// The subscribers of a domain.
fn subscribers(domain: Domain) -> &'static [&'static Subscriber] {
    match domain {
        Domain::Platform => platform::events::SUBSCRIBERS,
        Domain::Projects => projects::events::SUBSCRIBERS,
        Domain::Finance => finance::events::SUBSCRIBERS,
        Domain::Content => content::events::SUBSCRIBERS,
    }
}

/// Gives one event to all who want it.
pub(crate) async fn deliver(pools: &Pools, event: &Event) -> Result<(), String> {
    for domain in Domain::ALL {
        let subscribers = subscribers(domain);
        if !subscribers.iter().any(|it| it.wants(event)) {
            continue;
        }
        let db = pools.all().find(|db| db.domain() == domain);
        let db = db.ok_or_else(|| format!("{} has no database", domain.name()))?;
        // As the function that takes them from the bus.
        let taker = format!("{}-take-events", domain.name());
        db.act_as(format!(r#"{{"kind": "system", "user_agent": "{taker}"}}"#));
        let taken = api::deliver(subscribers, event, &db).await;
        taken.map_err(|error| db::Chain(&error).to_string())?;
    }
    Ok(())
}

/// Straight to the subscribers, without a bus.
struct Direct<'a>(&'a Pools);

impl Sender for Direct<'_> {
    async fn send(&self, events: &[Event]) -> Vec<Result<(), Unsent>> {
        let mut outcomes = Vec::with_capacity(events.len());
        for event in events {
            outcomes.push(deliver(self.0, event).await.map_err(Unsent::Refused));
        }
        outcomes
    }
}

/// Hands over what is due in all domains.
pub(crate) async fn relay(pools: &Pools) -> Result<Relayed, db::Error> {
    let end = Instant::now() + PATIENCE;
    let mut all = Relayed { complete: true, ..Relayed::default() };
    for db in pools.all() {
        let left = || end.saturating_duration_since(Instant::now());
        let relayed = events::relay(&db, left, &Direct(pools)).await?;
        all.sent += relayed.sent;
        all.failed += relayed.failed;
        all.complete &= relayed.complete;
    }
    Ok(all)
}

async fn list(pools: &Pools, parked: bool, limit: i64, out: &Output) -> Result<Exit, Failure> {
    let mut lines = Vec::new();
    for db in pools.all() {
        let domain = db.domain().name();
        let waiting = events::outbox(db.domain()).waiting.all(&db, (parked, limit)).await;
        lines.extend(waiting.map_err(unreadable)?.into_iter().map(|event| {
            let Waiting {
                id,
                topic,
                aggregate_id,
                occurred_at,
                attempts,
                due_at,
                parked_at,
                last_error,
            } = event;
            Line {
                domain,
                id,
                topic,
                aggregate_id,
                occurred_at,
                attempts,
                due_at,
                parked_at,
                last_error,
            }
        }));
    }
    let mut table = Table::new(&["event", "topic", "occurred", "attempts", "state", "last error"]);
    for line in &lines {
        let state = match (line.parked_at, line.due_at) {
            (Some(at), _) => format!("parked {at}"),
            (None, Some(at)) => format!("due {at}"),
            (None, None) => "waits".to_owned(),
        };
        table.row([
            line.id.to_string(),
            line.topic.clone(),
            line.occurred_at.to_string(),
            line.attempts.to_string(),
            state,
            line.last_error.clone().unwrap_or_default(),
        ]);
    }
    let mut text = table.to_string();
    let _ = write!(text, "{} shown", lines.len());
    out.data(&Listed { events: lines }, text)?;
    Ok(Exit::Ok)
}

async fn retry(pools: &Pools, id: Option<Uuid>, out: &Output) -> Result<Exit, Failure> {
    let mut retried = Vec::new();
    for db in pools.all() {
        let back = events::outbox(db.domain()).retry.all(&db, (id,)).await.map_err(unreadable)?;
        retried.extend(back.into_iter().map(|event| event.id));
    }
    if let Some(id) = id.filter(|_| retried.is_empty()) {
        return Err(Failure::new(Exit::Usage, format_args!("no parked event has the id {id}"))
            .next("cargo aruuri events list --parked"));
    }
    let text = format!("{} brought back", retried.len());
    out.data(&Back { retried }, text)?;
    Ok(Exit::Ok)
}

/// Has the newest of each thing since then handed over once more; how many those are.
pub(crate) async fn again(pools: &Pools, since: types::Timestamp) -> Result<usize, db::Error> {
    let mut told = 0;
    for db in pools.all() {
        told += events::outbox(db.domain()).again.all(&db, (Some(since),)).await?.len();
    }
    Ok(told)
}

fn unreadable(error: db::Error) -> Failure {
    Failure::new(Exit::Failure, "an outbox does not answer")
        .because(&error)
        .next("cargo aruuri migrate status")
}
