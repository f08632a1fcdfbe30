//! What people can give for in general.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{ContactId, LocalizedText, Slug, ThemeId, Timestamp};

row! {
    /// A theme that projects belong to.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Theme {
        /// Identity.
        pub id: ThemeId,
        /// Name in addresses, unique among live themes.
        pub slug: Slug,
        /// Name for people.
        pub name: LocalizedText<120>,
        /// What the theme is for.
        pub description: LocalizedText<2000>,
        /// Place in lists, smallest first.
        pub position: i32,
        /// `draft`, `active` or `retired`.
        pub status: String,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Theme {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["name", "description"];
}

macro_rules! columns {
    () => {
        "id, slug, name, description, position, status, created_at, updated_at, version"
    };
}

macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from community.funding_themes
             where deleted_at is null
               and ($1 or status = 'active')
               and ($2 is null or status = $2)
               and ($3 is null or ",
            $after,
            ")
             order by ",
            $order,
            "
             limit $5"
        ))
    };
}

/// Whether hidden ones too, status, cursor, limit.
type Page<K> = Sql<(bool, Option<&'static str>, Option<K>, Option<ThemeId>, i64), Theme>;

statements! {
    /// A page of live themes in their order. The cursor's id alone tells where to go on: its theme
    /// may have been moved meanwhile.
    pub const IN_ORDER: Page<i32> = page!(
        "(position, slug) > (select c.position, c.slug from community.funding_themes c where c.id = $4)",
        "position, slug"
    );
    /// The same by slug.
    pub const BY_SLUG: Page<Slug> = page!("(slug, id) > ($3, $4)", "slug, id");
    /// The same, newest first.
    pub const NEWEST: Page<Timestamp> =
        page!("(created_at, id) < ($3, $4)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page<Timestamp> = page!("(created_at, id) > ($3, $4)", "created_at, id");
    /// A live theme, an active one unless `$2`.
    pub const FIND: Sql<(ThemeId, bool), Theme> = Sql::new(concat!(
        "select ", columns!(), "
         from community.funding_themes
         where id = $1 and deleted_at is null and ($2 or status = 'active')"
    ));
    /// Records a theme. Breaks `funding_themes_pkey`, `funding_themes_slug_key`,
    /// `funding_themes_position_range`.
    pub const INSERT: Sql<
        (ThemeId, Slug, LocalizedText<120>, LocalizedText<2000>, i32, &'static str, ContactId),
        Theme,
    > = Sql::new(concat!(
        "insert into community.funding_themes
           (id, slug, name, description, position, status, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         returning ", columns!()
    ));
    /// Changes the live theme `$1` of version `$2`; null stays as it is. Breaks what [`INSERT`] breaks.
    pub const UPDATE: Sql<
        (
            ThemeId, i32, Option<Slug>, Option<LocalizedText<120>>, Option<LocalizedText<2000>>,
            Option<i32>, Option<&'static str>, ContactId,
        ),
        Theme,
    > = Sql::new(concat!(
        "update community.funding_themes
         set slug = coalesce($3, slug),
             name = coalesce($4, name),
             description = coalesce($5, description),
             position = coalesce($6, position),
             status = coalesce($7, status),
             updated_by = $8
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the live theme `$1` of version `$2`, softly. Breaks `projects_theme_id_fkey`.
    pub const DELETE: Sql<(ThemeId, i32, ContactId), Deletion> =
        soft_delete!("community.funding_themes");
    /// Brings a deleted theme back. Breaks `funding_themes_slug_key`.
    pub const RESTORE: Sql<(ThemeId, ContactId), Theme> = Sql::new(concat!(
        "update community.funding_themes
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
}
