//! What this domain does about facts of others.
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
    /// Copies an entry of another domain's audit log, once: consumer, event, entry.
    pub const COPY_ENTRY: Sql<(&'static str, Uuid, Value), Taken> = Sql::repeatable(
        "with fresh as (
           insert into platform.inbox_dedup (consumer, message_id)
           values ($1, $2)
           on conflict do nothing
           returning 1
         ), copied as (
           insert into audit.audit_logs (
             id, created_at, domain, actor_kind, actor_contact_id, actor_user_id, session_id, action, change_type,
             entity_type, entity_id, context_entity_type, context_entity_id, changed_fields, old_value, new_value,
             request_id, ip, user_agent)
           select e.id, e.created_at, e.domain, e.actor_kind, e.actor_contact_id, e.actor_user_id, e.session_id, e.action,
             e.change_type, e.entity_type, e.entity_id, e.context_entity_type, e.context_entity_id, e.changed_fields,
             e.old_value, e.new_value, e.request_id, e.ip, e.user_agent
           from fresh
           cross join jsonb_populate_record(null::audit.audit_logs, $3) as e
           on conflict do nothing
           returning 1
         )
         select exists (select from fresh) as fresh",
    ).never_null();
    /// Takes away from the copies of a domain what that took away, once: consumer, event, fact, domain.
    pub const REDACT_COPIES: Sql<(&'static str, Uuid, Value, String), Taken> = Sql::repeatable(
        "with fresh as (
           insert into platform.inbox_dedup (consumer, message_id)
           values ($1, $2)
           on conflict do nothing
           returning 1
         )
         select coalesce((
           select audit.redact_audit(
             ($3 ->> 'contact')::uuid,
             array(select jsonb_array_elements_text($3 -> 'types')),
             array(select jsonb_array_elements_text($3 -> 'ids')::uuid),
             $4) >= 0
           from fresh), false) as fresh",
    ).never_null();
}
