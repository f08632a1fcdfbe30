//! The outbox of a domain: what waits to be told, handed over at least once.
use std::time::Duration;

use types::Timestamp;
use uuid::Uuid;

use crate::{Db, Domain, Error, Sql, Statement, row};

/// Attempts after which an event is parked.
pub const MOST_ATTEMPTS: i32 = 8;
/// Events taken at a time.
const BATCH: i64 = 50;
/// Events handed over at a time, which is what a call to EventBridge takes.
const AT_ONCE: usize = 10;
/// So long a batch may take; after it is over, another relay may take the same events.
const BATCH_TIME: Duration = Duration::from_secs(10);

row! {
    /// A fact on its way.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Event {
        /// Identity: who takes it twice does nothing the second time.
        pub id: Uuid,
        /// Domain, entity, fact and version: `projects.project.changed.v1`.
        pub topic: String,
        /// The entity it is about.
        pub aggregate_type: String,
        /// Which one.
        pub aggregate_id: Uuid,
        /// The fact.
        pub payload: serde_json::Value,
        /// When it became true.
        pub occurred_at: Timestamp,
        /// Order of recording.
        pub position: i64,
    }
}

impl Event {
    /// What happened, by the topic: `merged` of `platform.contact.merged.v1`.
    pub fn what(&self) -> &str {
        self.topic.rsplit('.').nth(1).unwrap_or_default()
    }
}

row! {
    /// A fact that waits, as a person looks at it: without its payload.
    #[derive(Debug, Clone)]
    pub struct Waiting {
        /// Identity.
        pub id: Uuid,
        /// What kind of fact.
        pub topic: String,
        /// What it is about.
        pub aggregate_id: Uuid,
        /// When it became true.
        pub occurred_at: Timestamp,
        /// How often it was taken.
        pub attempts: i32,
        /// Not taken again before.
        pub due_at: Option<Timestamp>,
        /// When it was given up.
        pub parked_at: Option<Timestamp>,
        /// Why the last attempt failed.
        pub last_error: Option<String>,
    }
}

row! {
    /// An event that was brought back.
    #[derive(Debug, Clone, Copy)]
    pub struct Retried {
        /// Identity.
        pub id: Uuid,
    }
}

/// The statements on one domain's outbox.
#[derive(Debug)]
pub struct Outbox {
    /// Takes at most `$1` events that are due; until they are due again nobody else does. Mails are not among them.
    take: Sql<(i64,), Event>,
    /// Notes that events were handed over. What only its receiver may keep goes.
    done: Sql<(Vec<Uuid>,), ()>,
    /// Notes why an event was not, and parks it at the attempt `$3`.
    failed: Sql<(Uuid, String, i32), ()>,
    /// Notes why nothing could be handed over, which is no attempt of an event's own.
    held: Sql<(Vec<Uuid>, String), ()>,
    /// Events that wait; only those that are parked if `$1`, the oldest first, at most `$2`.
    pub waiting: Sql<(bool, i64), Waiting>,
    /// Brings parked events back: one, or all.
    pub retry: Sql<(Option<Uuid>,), Retried>,
    /// Takes back that the newest event of each thing since `$1`, or of a week, was handed over: it is told again, under
    /// its old id.
    pub again: Sql<(Option<Timestamp>,), Retried>,
}

macro_rules! outbox {
    ($schema:literal) => {
        Outbox {
            take: Sql::new(concat!(
                "update ", $schema, ".outbox_events e
                 set attempts = e.attempts + 1,
                     due_at = now() + interval '30 seconds' * power(2, least(e.attempts, 6))
                 from (
                   select id
                   from ", $schema, ".outbox_events
                   where published_at is null and parked_at is null and (due_at is null or due_at <= now())
                     and topic <> 'platform.mail.requested.v1'
                   order by position
                   limit $1
                   for update skip locked
                 ) as due
                 where e.id = due.id
                 returning e.id, e.topic::text as topic, e.aggregate_type::text as aggregate_type, e.aggregate_id,
                   e.payload, e.occurred_at, e.position"
            )).never_null(),
            done: Sql::repeatable(concat!(
                "update ", $schema, ".outbox_events
                 set published_at = now(), last_error = null, parked_at = null,
                     payload = case aggregate_type when 'audit_log' then '{}' else payload end
                 where id = any ($1) and published_at is null"
            )),
            failed: Sql::repeatable(concat!(
                "update ", $schema, ".outbox_events
                 set last_error = left($2, 1000), parked_at = case when attempts >= $3 then now() end
                 where id = $1 and published_at is null"
            )),
            held: Sql::new(concat!(
                "update ", $schema, ".outbox_events
                 set last_error = left($2, 1000), attempts = attempts - 1
                 where id = any ($1) and published_at is null and attempts > 0"
            )),
            waiting: Sql::repeatable(concat!(
                "select id, topic::text as topic, aggregate_id, occurred_at, attempts, due_at, parked_at, last_error
                 from ", $schema, ".outbox_events
                 where published_at is null and (parked_at is not null or not $1)
                   and topic <> 'platform.mail.requested.v1'
                 order by position
                 limit $2"
            )).never_null(),
            retry: Sql::repeatable(concat!(
                "update ", $schema, ".outbox_events
                 set parked_at = null, attempts = 0, due_at = null
                 where parked_at is not null and published_at is null and ($1 is null or id = $1)
                 returning id"
            )),
            // What was handed over within the hour may still be on its way.
            again: Sql::new(concat!(
                "update ", $schema, ".outbox_events
                 set published_at = null, attempts = 0, due_at = null
                 where id in (
                   select distinct on (topic, aggregate_id) id
                   from ", $schema, ".outbox_events
                   where topic in (
                       'projects.project.changed.v1', 'platform.contact.merged.v1', 'platform.contact.erased.v1',
                       'platform.company.merged.v1')
                     and occurred_at >= coalesce($1, now() - interval '7 days')
                   order by topic, aggregate_id, position desc
                 )
                   and published_at < now() - interval '1 hour'
                 returning id"
            )),
        }
    };
}
static PLATFORM: Outbox = outbox!("platform");
static PROJECTS: Outbox = outbox!("projects");
static FINANCE: Outbox = outbox!("finance");
static CONTENT: Outbox = outbox!("content");

/// The outbox of a domain.
pub fn outbox(domain: Domain) -> &'static Outbox {
    match domain {
        Domain::Platform => &PLATFORM,
        Domain::Projects => &PROJECTS,
        Domain::Finance => &FINANCE,
        Domain::Content => &CONTENT,
    }
}

/// The statements that this module sends to `domain`, for its statement test.
pub fn statements(domain: Domain) -> [&'static dyn Statement; 7] {
    let Outbox { take, done, failed, held, waiting, retry, again } = outbox(domain);
    [take, done, failed, held, waiting, retry, again]
}

/// The same with their names, for the record that the next release is compared with.
pub fn named(domain: Domain) -> [(&'static str, &'static dyn Statement); 7] {
    let [take, done, failed, held, waiting, retry, again] = statements(domain);
    [
        ("TAKE", take),
        ("DONE", done),
        ("FAILED", failed),
        ("HELD", held),
        ("WAITING", waiting),
        ("RETRY", retry),
        ("AGAIN", again),
    ]
}

/// What one run of a relay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relayed {
    /// Events that were handed over.
    pub sent: usize,
    /// Events that were not, and are tried again or parked.
    pub failed: usize,
    /// Whether nothing else was due.
    pub complete: bool,
}

/// Why an event was not handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// It was refused, perhaps for what it is: after [`MOST_ATTEMPTS`] it is parked.
    Refused(String),
    /// Nothing can be handed over for now: it comes again, and is not parked for that.
    Closed(String),
}

/// Gives events to whoever wants them.
pub trait Sender {
    /// Sends at most ten, and says of each, in their order, what came of it. It is asked again for the same events if
    /// the relay is interrupted.
    fn send(&self, events: &[Event]) -> impl Future<Output = Vec<Result<(), Unsent>>> + Send;
}

/// Hands over what is due, as long as a batch fits into the time that is `left`.
///
/// # Errors
/// Those of the connection and the server.
pub async fn relay(
    db: &Db<'_>,
    left: impl Fn() -> Duration,
    sender: &impl Sender,
) -> Result<Relayed, Error> {
    let mut relayed = Relayed::default();
    while left() > BATCH_TIME {
        let mut events = outbox(db.domain()).take.all(db, (BATCH,)).await?;
        if events.is_empty() {
            return Ok(Relayed { complete: true, ..relayed });
        }
        events.sort_by_key(|event| event.position);
        let mut closed = false;
        for some in events.chunks(AT_ONCE) {
            closed |= note(db, some, sender.send(some).await, &mut relayed).await?;
        }
        if closed {
            return Ok(relayed);
        }
    }
    Ok(relayed)
}

/// Writes down what came of some events; whether the way was closed.
async fn note(
    db: &Db<'_>,
    events: &[Event],
    outcomes: Vec<Result<(), Unsent>>,
    relayed: &mut Relayed,
) -> Result<bool, Error> {
    let Outbox { done, failed, held, .. } = outbox(db.domain());
    let (mut sent, mut kept, mut why_kept) = (Vec::new(), Vec::new(), String::new());
    for (event, outcome) in events.iter().zip(outcomes) {
        match outcome {
            Ok(()) => sent.push(event.id),
            Err(Unsent::Refused(why)) => {
                failed.all(db, (event.id, why, MOST_ATTEMPTS)).await?;
                relayed.failed += 1;
            }
            Err(Unsent::Closed(why)) => {
                kept.push(event.id);
                why_kept = why;
            }
        }
    }
    relayed.sent += sent.len();
    relayed.failed += kept.len();
    if !sent.is_empty() {
        done.all(db, (sent,)).await?;
    }
    let closed = !kept.is_empty();
    if closed {
        held.all(db, (kept, why_kept)).await?;
    }
    Ok(closed)
}
