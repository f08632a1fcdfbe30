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
           insert into finance.inbox_dedup (consumer, message_id)
           values ($1, $2)
           on conflict do nothing
           returning 1
         ), kept as (
           insert into finance.ref_projects (id, version, label, status, target_minor, target_currency)
           select $3, ($4 ->> 'version')::integer, $4 -> 'name', $4 ->> 'status', ($4 ->> 'target_minor')::bigint,
             $4 ->> 'target_currency'
           from fresh
           on conflict (id) do update
           set version = excluded.version, label = excluded.label, status = excluded.status,
             target_minor = excluded.target_minor, target_currency = excluded.target_currency
           returning 1
         )
         select exists (select from fresh) as fresh",
    ).never_null();
    /// Keeps that a contact was merged or erased, once: consumer, event, contact, fact, status. Contributors that stand
    /// for one that was erased are erased too.
    pub const TAKE_CONTACT: Sql<(&'static str, Uuid, Uuid, Value, String), Taken> = Sql::repeatable(
        "select giving.take_contact($1, $2, $3, $4, $5) as fresh",
    ).never_null();
}
