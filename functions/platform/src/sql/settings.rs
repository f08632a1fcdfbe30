//! What operators change without a release.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Line, LocalizedText, SettingId, Timestamp};

row! {
    /// A setting of the platform.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Setting {
        /// Identity.
        pub id: SettingId,
        /// Name, dotted, with its unit at the end: `giving.minimum_minor`.
        pub key: String,
        /// Any JSON but null; null stands for a secret, which is never shown.
        pub value: Option<Value>,
        /// What it does, for the people who change it.
        pub description: LocalizedText<500>,
        /// Whether the value is kept from every reader.
        pub is_secret: bool,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Setting {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["description"];
}

// A secret stays in the database: no route can show what it was never told.
macro_rules! columns {
    () => {
        "id, key, case when is_secret then null else value end as value, description, is_secret,
         created_at, updated_at, version"
    };
}

macro_rules! page {
    ($key:literal, $than:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from platform.settings
             where deleted_at is null
               and ($1 is null or key = $1)
               and ($2 is null or (",
            $key,
            ", id) ",
            $than,
            " ($2, $3))
             order by ",
            $order,
            "
             limit $4"
        ))
    };
}

/// Key, cursor, limit.
type Page<K> = Sql<(Option<Line<100>>, Option<K>, Option<SettingId>, i64), Setting>;

statements! {
    /// A page of live settings by key.
    pub const BY_KEY: Page<String> = page!("key", ">", "key, id");
    /// The same, newest first.
    pub const NEWEST: Page<Timestamp> = page!("created_at", "<", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page<Timestamp> = page!("created_at", ">", "created_at, id");
    /// A live setting.
    pub const FIND: Sql<(SettingId,), Setting> = Sql::new(concat!(
        "select ", columns!(), "
         from platform.settings
         where id = $1 and deleted_at is null"
    ));
    /// Records a setting. Breaks `settings_pkey`, `settings_key_key`, `settings_key_shape`.
    pub const INSERT: Sql<
        (SettingId, Line<100>, Value, LocalizedText<500>, bool, ContactId),
        Setting,
    > = Sql::new(concat!(
        "insert into platform.settings (id, key, value, description, is_secret, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $6)
         returning ", columns!()
    ));
    /// Changes the live setting `$1` of version `$2`; null stays as it is.
    pub const UPDATE: Sql<
        (SettingId, i32, Option<Value>, Option<LocalizedText<500>>, Option<bool>, ContactId),
        Setting,
    > = Sql::new(concat!(
        "update platform.settings
         set value = coalesce($3, value),
             description = coalesce($4, description),
             is_secret = coalesce($5, is_secret),
             updated_by = $6
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the live setting `$1` of version `$2`, softly.
    pub const DELETE: Sql<(SettingId, i32, ContactId), Deletion> =
        soft_delete!("platform.settings");
    /// Brings a deleted setting back. Breaks `settings_key_key`.
    pub const RESTORE: Sql<(SettingId, ContactId), Setting> = Sql::new(concat!(
        "update platform.settings
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
}
