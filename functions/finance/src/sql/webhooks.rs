//! What payment providers tell us, and what becomes of it.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{Timestamp, WebhookEventId};

row! {
    /// Whether a message was new.
    #[derive(Debug)]
    pub struct Stored {
        /// False: it had come before.
        pub fresh: bool,
    }
}

row! {
    /// A message that waits to be acted on.
    #[derive(Debug)]
    pub struct Due {
        /// Identity.
        pub id: WebhookEventId,
        /// Who sent it.
        pub provider: String,
        /// The body as it came.
        pub payload: Vec<u8>,
    }
}

row! {
    /// What became of a message.
    #[derive(Debug)]
    pub struct Applied {
        /// `done`, `ignored`, `waiting` or `taken`.
        pub outcome: String,
    }
}

row! {
    /// Whether a message was set aside.
    #[derive(Debug)]
    pub struct Parked {
        /// False: another worker has it.
        pub parked: bool,
    }
}

row! {
    /// A message of a payment provider, and what became of it.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct WebhookEvent {
        /// Identity.
        pub id: WebhookEventId,
        /// Who sent it.
        pub provider: String,
        /// The sender's own id of it.
        pub event_id: String,
        /// What it says happened, in the sender's words.
        pub event_type: String,
        /// When, as the sender says.
        pub occurred_at: Option<Timestamp>,
        /// When it came.
        pub received_at: Timestamp,
        /// `parked` (a person has to look), `waiting` (it is tried again), `done` or `ignored`.
        pub state: String,
        /// How often it was tried.
        pub attempts: i32,
        /// When it is tried next; null: not by itself.
        pub due_at: Option<Timestamp>,
        /// What it is about: whatever happens to that has it tried again.
        pub waits_for: Option<String>,
        /// What went wrong the last time.
        pub error: Option<String>,
    }
}

impl Resource for WebhookEvent {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

types::words! {
    /// What became of a message.
    pub enum WebhookState {
        Parked = "parked",
        Waiting = "waiting",
        Done = "done",
        Ignored = "ignored",
    }
}

row! {
    /// Whether a message is tried again.
    #[derive(Debug)]
    pub struct Retried {
        /// False: it has been acted on.
        pub queued: bool,
    }
}

macro_rules! event {
    ($where:literal) => {
        concat!(
            "select e.id, e.provider, e.event_id, e.event_type, e.occurred_at, e.received_at, s.state,
               coalesce(q.attempts, a.attempt) as attempts, q.due_at, q.waits_for, a.error
             from finance.webhook_events e
             left join finance.webhook_queue q on q.webhook_event_id = e.id
             left join lateral (
               select attempt, outcome, error from finance.webhook_attempts
               where webhook_event_id = e.id
               order by attempt desc
               limit 1
             ) a on true
             cross join lateral (
               select case
                   when q.webhook_event_id is null then a.outcome
                   when q.due_at is null then 'parked'
                   else 'waiting'
                 end as state
             ) s
             where ",
            $where
        )
    };
}

statements! {
    /// A page of messages, last come first: provider, state, cursor, limit.
    pub const EVENTS: Sql<
        (Option<String>, Option<&'static str>, Option<Timestamp>, Option<WebhookEventId>, i64),
        WebhookEvent,
    > = Sql::new(event!(
        "($1 is null or e.provider = $1)
           and ($2 is null or s.state = $2)
           and ($3 is null or (e.received_at, e.id) < ($3, $4))
         order by e.received_at desc, e.id desc
         limit $5"
    ))
    .never_null();
    /// One message.
    pub const EVENT: Sql<(WebhookEventId,), WebhookEvent> =
        Sql::repeatable(event!("e.id = $1")).never_null();
    /// Has a message tried again.
    pub const RETRY: Sql<(WebhookEventId,), Retried> = Sql::repeatable(
        "select finance.retry_event(e.id) as queued
         from finance.webhook_events e
         where e.id = $1",
    )
    .never_null();
    /// Takes a message in, once per provider and id of its own: provider, id, type, when, body, request.
    pub const STORE: Sql<(String, String, String, Option<Timestamp>, Vec<u8>, String), Stored> =
        Sql::repeatable("select finance.store_event($1, $2, $3, $4, $5, $6) as fresh").never_null();
    /// Messages that are due, the longest waiting first.
    pub const DUE: Sql<(i64,), Due> = Sql::new(
        "select e.id, e.provider, e.payload
         from finance.webhook_queue q
         join finance.webhook_events e on e.id = q.webhook_event_id
         where q.due_at <= now()
         order by q.due_at, q.webhook_event_id
         limit $1"
    );
    /// Acts on a message as it was read; see `giving.apply_event` for what it breaks.
    pub const APPLY: Sql<(WebhookEventId, Value, String), Applied> =
        Sql::repeatable("select giving.apply_event($1, $2, $3) as outcome").never_null();
    /// Sets a message aside: why, and what it is about.
    pub const PARK: Sql<(WebhookEventId, String, Option<String>), Parked> =
        Sql::repeatable("select finance.park_event($1, $2, $3) as parked").never_null();
}
