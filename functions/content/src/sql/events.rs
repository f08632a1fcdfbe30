//! What this domain does about facts of others. An older version changes nothing: the tables see to that.
use db::{Sql, row, statements};
use serde_json::Value;
use uuid::Uuid;

row! {
    /// Whether an event was new.
    #[derive(Debug)]
    pub struct Taken {
        /// False: it had been taken before.
        pub fresh: bool,
    }
}

statements! {
    /// Keeps what is told of a project, once: consumer, event, project, fact.
    pub const KEEP_PROJECT: Sql<(&'static str, Uuid, Uuid, Value), Taken> = Sql::repeatable(
        "with fresh as (
           insert into content.inbox_dedup (consumer, message_id)
           values ($1, $2)
           on conflict do nothing
           returning 1
         ), kept as (
           insert into content.ref_projects (id, version, label, slug, status, removed_at)
           select $3, ($4 ->> 'version')::integer, $4 -> 'name', $4 ->> 'slug', $4 ->> 'status',
             ($4 ->> 'removed_at')::timestamptz
           from fresh
           on conflict (id) do update
           set version = excluded.version, label = excluded.label, slug = excluded.slug, status = excluded.status,
             removed_at = excluded.removed_at
           returning 1
         )
         select exists (select from fresh) as fresh",
    ).never_null();
    /// Keeps that a contact was merged or erased, once: consumer, event, contact, fact, status. What it wrote goes to the one
    /// that it became; of one that was erased no name is left, and it edits no more.
    pub const TAKE_CONTACT: Sql<(&'static str, Uuid, Uuid, Value, String), Taken> =
        Sql::repeatable("select content.take_contact($1, $2, $3, $4, $5) as fresh").never_null();
}
