//! What is funded.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{ContactId, Date, LocalizedText, Money, ProjectId, Slug, ThemeId, Timestamp};

row! {
    /// A project of a community, or a renovation.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Project {
        /// Identity.
        pub id: ProjectId,
        /// Name in addresses, unique among live projects.
        pub slug: Slug,
        /// Name for people.
        pub name: LocalizedText<200>,
        /// What will be done and for whom.
        pub summary: LocalizedText<2000>,
        /// `community` or `renovation`.
        pub kind: String,
        /// The theme it belongs to.
        pub theme_id: Option<ThemeId>,
        /// `draft`, `submitted`, `approved`, `funding`, `delivering`, `completed`, `rejected` or
        /// `cancelled`.
        pub status: String,
        /// Money it needs; null: not known yet.
        pub target: Option<Money>,
        /// First planned day.
        pub planned_start: Option<Date>,
        /// Last planned day.
        pub planned_end: Option<Date>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Project {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["name", "summary"];
}

macro_rules! columns {
    () => {
        "id, slug, name, summary, kind, theme_id, status, target_minor, currency, planned_start,
         planned_end, created_at, updated_at, version"
    };
}

/// What the public sees.
macro_rules! is_out {
    () => {
        "status in ('approved', 'funding', 'delivering', 'completed')"
    };
}

macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from community.projects
             where deleted_at is null
               and ($1 or ",
            is_out!(),
            ")
               and ($2 is null or status = $2)
               and ($3 is null or theme_id = $3)
               and ($4 is null or kind = $4)
               and ($5 is null or ",
            $after,
            ")
             order by ",
            $order,
            "
             limit $7"
        ))
    };
}

/// Whether hidden ones too, status, theme, kind, cursor, limit.
type Page<K> = Sql<
    (
        bool,
        Option<&'static str>,
        Option<ThemeId>,
        Option<&'static str>,
        Option<K>,
        Option<ProjectId>,
        i64,
    ),
    Project,
>;

statements! {
    /// A page of live projects, newest first.
    pub const NEWEST: Page<Timestamp> =
        page!("(created_at, id) < ($5, $6)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page<Timestamp> = page!("(created_at, id) > ($5, $6)", "created_at, id");
    /// The same by slug.
    pub const BY_SLUG: Page<Slug> = page!("(slug, id) > ($5, $6)", "slug, id");
    /// A live project, one that is out unless `$2`.
    pub const FIND: Sql<(ProjectId, bool), Project> = Sql::new(concat!(
        "select ", columns!(), "
         from community.projects
         where id = $1 and deleted_at is null and ($2 or ", is_out!(), ")"
    ));
    /// Records a project as a draft. Breaks `projects_pkey`, `projects_slug_key`,
    /// `projects_theme_id_fkey`, `projects_target_minor_range`, `projects_planned_order`.
    pub const INSERT: Sql<
        (
            ProjectId, Slug, LocalizedText<200>, LocalizedText<2000>, &'static str,
            Option<ThemeId>, Option<Money>, Option<Date>, Option<Date>, ContactId,
        ),
        Project,
    > = Sql::new(concat!(
        "insert into community.projects
           (id, slug, name, summary, kind, theme_id, target_minor, currency, planned_start,
            planned_end, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         returning ", columns!()
    ));
    /// Changes the live project `$1` of version `$2`: null stays as it is; what can be cleared
    /// changes if the flag before it says so. Breaks what [`INSERT`] breaks, and
    /// `projects_status_transition`.
    pub const UPDATE: Sql<
        (
            ProjectId, i32, Option<Slug>, Option<LocalizedText<200>>, Option<LocalizedText<2000>>,
            bool, Option<ThemeId>, Option<&'static str>, bool, Option<Money>, bool, Option<Date>,
            bool, Option<Date>, ContactId,
        ),
        Project,
    > = Sql::new(concat!(
        "update community.projects
         set slug = coalesce($3, slug),
             name = coalesce($4, name),
             summary = coalesce($5, summary),
             theme_id = case when $6 then $7 else theme_id end,
             status = coalesce($8, status),
             target_minor = case when $9 then $10 else target_minor end,
             currency = case when $9 then $11 else currency end,
             planned_start = case when $12 then $13 else planned_start end,
             planned_end = case when $14 then $15 else planned_end end,
             updated_by = $16
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the live project `$1` of version `$2`, softly.
    pub const DELETE: Sql<(ProjectId, i32, ContactId), Deletion> =
        soft_delete!("community.projects");
    /// Brings a deleted project back. Breaks `projects_slug_key`, `projects_theme_id_fkey`.
    pub const RESTORE: Sql<(ProjectId, ContactId), Project> = Sql::new(concat!(
        "update community.projects
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
}
