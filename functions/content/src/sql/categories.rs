//! What posts are filed under.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{CategoryId, ContactId, LocalizedText, Slug, Timestamp};

row! {
    /// A category of blog posts.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Category {
        /// Identity.
        pub id: CategoryId,
        /// Name in addresses, unique among live categories.
        pub slug: Slug,
        /// Name for people.
        pub name: LocalizedText<120>,
        /// The category above; null: top.
        pub parent_id: Option<CategoryId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Category {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["name"];
}

macro_rules! columns {
    () => {
        "id, slug, name, parent_id, created_at, updated_at, version"
    };
}

macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from cms.categories
             where deleted_at is null
               and ($1 is null or slug = $1)
               and ($2 is null or parent_id = $2)
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

/// Slug, category above, cursor, limit.
type Page<K> =
    Sql<(Option<Slug>, Option<CategoryId>, Option<K>, Option<CategoryId>, i64), Category>;

statements! {
    /// A page of live categories by slug.
    pub const BY_SLUG: Page<Slug> = page!("(slug, id) > ($3, $4)", "slug, id");
    /// The same, newest first.
    pub const NEWEST: Page<Timestamp> =
        page!("(created_at, id) < ($3, $4)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page<Timestamp> = page!("(created_at, id) > ($3, $4)", "created_at, id");
    /// A live category.
    pub const FIND: Sql<(CategoryId,), Category> = Sql::new(concat!(
        "select ", columns!(), "
         from cms.categories
         where id = $1 and deleted_at is null"
    ));
    /// Records a category. Breaks `categories_pkey`, `categories_slug_key`,
    /// `categories_parent_id_fkey`, `categories_parent_acyclic`.
    pub const INSERT: Sql<
        (CategoryId, Slug, LocalizedText<120>, Option<CategoryId>, ContactId),
        Category,
    > = Sql::new(concat!(
        "insert into cms.categories (id, slug, name, parent_id, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $5)
         returning ", columns!()
    ));
    /// Changes the live category `$1` of version `$2`: null stays as it is; the category above
    /// changes if `$5` says so. Breaks what [`INSERT`] breaks.
    pub const UPDATE: Sql<
        (
            CategoryId, i32, Option<Slug>, Option<LocalizedText<120>>, bool, Option<CategoryId>,
            ContactId,
        ),
        Category,
    > = Sql::new(concat!(
        "update cms.categories
         set slug = coalesce($3, slug),
             name = coalesce($4, name),
             parent_id = case when $5 then $6 else parent_id end,
             updated_by = $7
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the live category `$1` of version `$2`, softly; posts filed there no longer show it.
    /// Breaks `categories_parent_id_fkey`.
    pub const DELETE: Sql<(CategoryId, i32, ContactId), Deletion> = soft_delete!("cms.categories");
    /// Brings a deleted category back. Breaks `categories_slug_key`, `categories_parent_id_fkey`.
    pub const RESTORE: Sql<(CategoryId, ContactId), Category> = Sql::new(concat!(
        "update cms.categories
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
}
