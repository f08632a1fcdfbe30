//! What payment providers tell us, and what becomes of it.
use db::{Sql, row, statements};
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

statements! {
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
