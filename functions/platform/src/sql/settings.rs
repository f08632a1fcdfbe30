//! What operators change without a release: rows of settings that somebody has set.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{AuditLogId, ContactId, LocalizedText, Timestamp};

row! {
    /// What is kept of a setting.
    #[derive(Debug)]
    pub struct Stored {
        /// Name, dotted.
        pub key: String,
        /// As it was set; null stands for a secret, which is never told.
        pub value: Option<Value>,
        /// False: it was reset.
        pub is_set: bool,
        /// Counts changes from 1.
        pub version: i32,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Who changed it last; null: the system.
        pub updated_by: Option<ContactId>,
    }
}

row! {
    /// One change of a setting.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct SettingChange {
        /// Identity of the entry in the audit log.
        pub id: AuditLogId,
        /// When it happened.
        pub created_at: Timestamp,
        /// `set` or `reset`.
        pub change: String,
        /// `user`, `token` or `system`.
        pub actor_kind: String,
        /// The contact who did it; null: the system, or nobody known.
        pub actor_contact_id: Option<ContactId>,
        /// What it stood at; null: it had never been set, the value was the same, or it is a secret.
        pub before: Option<Value>,
        /// What it stands at since; null: the value was the same, or it is a secret.
        pub after: Option<Value>,
        /// The request it happened in.
        pub request_id: Option<String>,
    }
}

impl Resource for SettingChange {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

// A secret stays in the database: no route can show what it was never told.
macro_rules! columns {
    ($of:literal) => {
        concat!(
            $of,
            "key, case when ",
            $of,
            "is_secret then null else ",
            $of,
            "value end as value, ",
            $of,
            "deleted_at is null as is_set, ",
            $of,
            "version, ",
            $of,
            "updated_at, ",
            $of,
            "updated_by"
        )
    };
}

statements! {
    /// Every setting that somebody has set, each once.
    pub const EVERY: Sql<(), Stored> = Sql::new(concat!(
        "select distinct on (key) ", columns!(""), "
         from platform.settings
         order by key, deleted_at is null desc, updated_at desc, id
         limit 1000"
    ))
    .never_null();
    /// The row of a key: the live one, else the one that was reset last.
    pub const FIND: Sql<(&'static str,), Stored> = Sql::new(concat!(
        "select ", columns!(""), "
         from platform.settings
         where key = $1
         order by deleted_at is null desc, updated_at desc, id
         limit 1"
    ))
    .never_null();
    /// Sets the key `$1` of version `$2` to a value; version 0 is of a key without a row. No row: it is of another
    /// version. The same row as before, so that its version never comes again. Breaks `settings_key_key`.
    pub const SET: Sql<(&'static str, i32, Value, LocalizedText<500>, bool, ContactId), Stored> =
        Sql::new(concat!(
            "with known as (
               select id
               from platform.settings
               where key = $1
               order by deleted_at is null desc, updated_at desc, id
               limit 1
             ), changed as (
               update platform.settings s
               set value = $3, description = $4, is_secret = $5, deleted_at = null, updated_by = $6
               from known
               where s.id = known.id and s.version = $2
               returning ", columns!("s."), "
             ), added as (
               insert into platform.settings as s (key, value, description, is_secret, created_by, updated_by)
               select $1, $3, $4, $5, $6, $6
               where $2 = 0 and not exists (select from known)
               returning ", columns!("s."), "
             )
             select key, value, is_set, version, updated_at, updated_by from changed
             union all
             select key, value, is_set, version, updated_at, updated_by from added"
        ))
        .never_null();
    /// Takes the key `$1` of version `$2` back to its default `$3`.
    pub const RESET: Sql<(&'static str, i32, Value, ContactId), Stored> = Sql::new(concat!(
        "update platform.settings s
         set value = $3, deleted_at = now(), updated_by = $4
         where s.key = $1 and s.version = $2 and s.deleted_at is null
         returning ", columns!("s.")
    ))
    .never_null();
    /// A page of the changes of a key, newest first: key, cursor, limit.
    pub const HISTORY: Sql<
        (&'static str, Option<Timestamp>, Option<AuditLogId>, i64),
        SettingChange,
    > = Sql::new(
        "select id, created_at, case change_type when 'delete' then 'reset' else 'set' end as change,
           actor_kind, actor_contact_id, old_value -> 'value' as before, new_value -> 'value' as after, request_id
         from audit.audit_logs
         where domain = 'platform' and entity_type = 'setting'
           and entity_id in (select s.id from platform.settings s where s.key = $1)
           and ($2 is null or (created_at, id) < ($2, $3))
         order by created_at desc, id desc
         limit $4",
    )
    .never_null();
}
