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
    /// Keeps that a contact was merged or erased, once: consumer, event, contact, fact, status. Of one that was erased no
    /// name is left, and it edits no more; of one that was never heard of there is none.
    pub const KEEP_CONTACT: Sql<(&'static str, Uuid, Uuid, Value, String), Taken> = Sql::repeatable(
        "with fresh as (
           insert into content.inbox_dedup (consumer, message_id)
           values ($1, $2)
           on conflict do nothing
           returning 1
         ), kept as (
           insert into content.ref_contacts as c (id, version, label, status, merged_into_ref)
           select $3, ($4 ->> 'version')::integer,
             jsonb_build_object('de', '(ohne Namen)', 'en', '(no name)'), $5, ($4 ->> 'merged_into')::uuid
           from fresh
           on conflict (id) do update
           set version = excluded.version,
               label = case excluded.status when 'erased' then excluded.label else c.label end,
               status = excluded.status,
               merged_into_ref = excluded.merged_into_ref
           returning 1
         ), shut_out as (
           update cms.cms_users
           set status = 'disabled', updated_by = null
           where contact_ref = $3 and $5 = 'erased' and status = 'active' and exists (select from fresh)
           returning 1
         )
         select exists (select from fresh) as fresh",
    ).never_null();
}
