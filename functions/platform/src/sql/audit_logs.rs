//! Who did what.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{AuditLogId, ContactId, Line, Timestamp, UserId};
use uuid::Uuid;

row! {
    /// One thing that somebody did, in any domain.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct AuditLog {
        /// Identity.
        pub id: AuditLogId,
        /// When it happened.
        pub created_at: Timestamp,
        /// Domain whose data was touched.
        pub domain: String,
        /// `user`, `token` or `system`.
        pub actor_kind: String,
        /// The contact who acted; null: the system, or nobody known.
        pub actor_contact_id: Option<ContactId>,
        /// The login that was used.
        pub actor_user_id: Option<UserId>,
        /// The session it happened in.
        pub session_id: Option<Uuid>,
        /// What was done, dotted: `project.update`.
        pub action: String,
        /// `create`, `update`, `delete`, `restore`, `transition`, `read`, `login` or `other`.
        pub change_type: String,
        /// What kind of thing was touched.
        pub entity_type: Option<String>,
        /// Which one.
        pub entity_id: Option<Uuid>,
        /// What kind of thing it happened within.
        pub context_entity_type: Option<String>,
        /// Which one.
        pub context_entity_id: Option<Uuid>,
        /// The fields that differ.
        pub changed_fields: Vec<String>,
        /// Values before, without secrets.
        pub old_value: Option<Value>,
        /// Values after, without secrets.
        pub new_value: Option<Value>,
        /// The request it happened in.
        pub request_id: Option<String>,
        /// Address of the caller.
        pub ip: Option<String>,
        /// User agent of the caller.
        pub user_agent: Option<String>,
    }
}

impl Resource for AuditLog {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

macro_rules! columns {
    () => {
        "id, created_at, domain, actor_kind, actor_contact_id, actor_user_id, session_id, action, change_type,
         entity_type, entity_id, context_entity_type, context_entity_id, changed_fields, old_value, new_value,
         request_id, host(ip) as ip, user_agent"
    };
}

row! {
    /// How many partitions were made.
    #[derive(Debug)]
    pub struct Made {
        /// So many.
        pub made: i32,
    }
}

statements! {
    /// Makes the partitions of so many months, this one first, as far as they are missing.
    pub const ENSURE_MONTHS: Sql<(i32,), Made> = Sql::repeatable(
        "select audit.ensure_partitions(current_date, $1) as made",
    ).never_null();
    /// A page of the audit log, newest first: domain, entity type and id, actor, session, request, kind of change,
    /// action, from, before, cursor, limit.
    pub const NEWEST: Sql<
        (
            Option<Line<20>>, Option<Line<100>>, Option<Uuid>, Option<ContactId>, Option<Uuid>,
            Option<Line<200>>, Option<Line<20>>, Option<Line<100>>, Option<Timestamp>,
            Option<Timestamp>, Option<Timestamp>, Option<AuditLogId>, i64,
        ),
        AuditLog,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from audit.audit_logs
         where ($1 is null or domain = $1)
           and ($2 is null or entity_type = $2)
           and ($3 is null or entity_id = $3)
           and ($4 is null or actor_contact_id = $4)
           and ($5 is null or session_id = $5)
           and ($6 is null or request_id = $6)
           and ($7 is null or change_type = $7)
           and ($8 is null or action = $8)
           and ($9 is null or created_at >= $9)
           and ($10 is null or created_at < $10)
           and ($11 is null or (created_at, id) < ($11, $12))
         order by created_at desc, id desc
         limit $13"
    ));
    /// Entries from a moment, or after the entry `$2` of that moment, until before another; oldest first, so many.
    pub const SPAN: Sql<
        (Timestamp, Option<AuditLogId>, Timestamp, Option<Line<20>>, i64),
        AuditLog,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from audit.audit_logs
         where created_at >= $1
           and ($2 is null or (created_at, id) > ($1, $2))
           and created_at < $3
           and ($4 is null or domain = $4)
         order by created_at, id
         limit $5"
    ));
    /// Notes that the caller read what `$1` tells; in the transaction of the reading.
    pub const NOTE_EXPORT: Sql<(Value,), ()> = Sql::new(
        "insert into audit.audit_logs (
           domain, actor_kind, actor_contact_id, session_id, action, change_type, new_value, request_id, ip, user_agent)
         select 'platform', c ->> 'kind', (c ->> 'contact')::uuid, (c ->> 'session')::uuid, 'audit_log.export', 'read',
           $1, c ->> 'request_id', (c ->> 'ip')::inet, c ->> 'user_agent'
         from (select current_setting('aruuri.context')::jsonb) as who (c)",
    );
}
