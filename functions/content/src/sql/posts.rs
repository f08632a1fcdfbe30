//! Blog posts, each with the categories it is filed under.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{CategoryId, ContactId, LocalizedText, PostId, Slug, Timestamp};

row! {
    /// A blog post as lists show it: without its body.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct PostCard {
        /// Identity.
        pub id: PostId,
        /// Name in addresses, unique among live posts.
        pub slug: Slug,
        /// Title.
        pub title: LocalizedText<200>,
        /// Text for lists.
        pub excerpt: Option<LocalizedText<500>>,
        /// The contact who wrote it; null: the editors.
        pub author_ref: Option<ContactId>,
        /// `draft`, `in_review`, `scheduled`, `published` or `archived`.
        pub status: String,
        /// When it was or will be published; null before it is scheduled.
        pub published_at: Option<Timestamp>,
        /// The live categories it is filed under.
        pub category_ids: Vec<CategoryId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

row! {
    /// A whole blog post.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Post {
        /// What lists show too.
        #[serde(flatten)]
        pub card: PostCard,
        /// Text in Markdown.
        pub body: LocalizedText<100_000>,
    }
}

impl Resource for PostCard {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["title", "excerpt"];
}

impl Resource for Post {
    fn id(&self) -> String {
        self.card.id()
    }
    fn version(&self) -> Option<i32> {
        self.card.version()
    }
    const LOCALIZED: &'static [&'static str] = &["title", "excerpt", "body"];
}

macro_rules! columns {
    () => {
        "id, slug, title, excerpt, author_ref, status, published_at, created_at, updated_at, version"
    };
}

/// Where a post is filed now.
macro_rules! filed {
    () => {
        "array(
           select c.id
           from cms.blog_post_categories f
           join cms.categories c on c.id = f.category_id
           where f.post_id = t.id and f.deleted_at is null and c.deleted_at is null
           order by c.id
         )"
    };
}

/// What the public sees: a planned time that has come needs nobody to act.
macro_rules! is_out {
    () => {
        "t.status in ('scheduled', 'published') and t.published_at <= now()"
    };
}

macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            ", ",
            filed!(),
            " as category_ids
             from cms.blog_posts t
             where t.deleted_at is null
               and ($1 or ",
            is_out!(),
            ")
               and ($2 is null or t.status = $2)
               and ($3 is null or t.slug = $3)
               and ($4 is null or exists (
                 select
                 from cms.blog_post_categories f
                 join cms.categories c on c.id = f.category_id
                 where f.post_id = t.id and c.id = $4
                   and f.deleted_at is null and c.deleted_at is null
               ))
               and ($5 is null or ",
            $after,
            ")
             order by ",
            $order,
            "
             limit $7"
        ))
        .never_null()
    };
}

/// Whether hidden ones too, status, slug, category, cursor, limit.
type Page = Sql<
    (
        bool,
        Option<&'static str>,
        Option<Slug>,
        Option<CategoryId>,
        Option<Timestamp>,
        Option<PostId>,
        i64,
    ),
    PostCard,
>;

statements! {
    /// A page of live posts, last published first; before them those that have no date yet. The
    /// cursor's id alone tells where to go on: its post may have got a date meanwhile.
    pub const LATEST: Page = page!(
        "(coalesce(t.published_at, 'infinity'), t.id)
         < (select coalesce(c.published_at, 'infinity'), c.id from cms.blog_posts c where c.id = $6)",
        "coalesce(t.published_at, 'infinity') desc, t.id desc"
    );
    /// The same, newest first.
    pub const NEWEST: Page =
        page!("(t.created_at, t.id) < ($5, $6)", "t.created_at desc, t.id desc");
    /// The same, oldest first.
    pub const OLDEST: Page = page!("(t.created_at, t.id) > ($5, $6)", "t.created_at, t.id");
    /// A live post, one that is out unless `$2`.
    pub const FIND: Sql<(PostId, bool), Post> = Sql::new(concat!(
        "select ", columns!(), ", body, ", filed!(), " as category_ids
         from cms.blog_posts t
         where t.id = $1 and t.deleted_at is null and ($2 or ", is_out!(), ")"
    ))
    .never_null();
    /// Records a post as a draft and files it; no row if a category of `$7` is unknown. Breaks
    /// `blog_posts_pkey`, `blog_posts_slug_key`.
    pub const INSERT: Sql<
        (
            PostId, Slug, LocalizedText<200>, Option<LocalizedText<500>>, LocalizedText<100_000>,
            Option<ContactId>, Vec<CategoryId>, ContactId,
        ),
        Post,
    > = Sql::new(concat!(
        "with wanted as (
           select id
           from cms.categories
           where id = any($7) and deleted_at is null
           for share
         ), t as (
           insert into cms.blog_posts
             (id, slug, title, excerpt, body, author_ref, created_by, updated_by)
           select $1, $2, $3, $4, $5, $6, $8, $8
           where (select count(*) from wanted) = cardinality($7)
           returning ", columns!(), ", body
         ), filed as (
           insert into cms.blog_post_categories (post_id, category_id, created_by)
           select t.id, wanted.id, $8
           from t
           cross join wanted
         )
         select ", columns!(), ", body,
           array(select id from wanted order by id) as category_ids
         from t"
    ))
    .never_null();
    /// Changes the live post `$1` of version `$2`: null stays as it is; what can be cleared changes
    /// if the flag before it says so. Files it under exactly `$13`, unless that is null; no row if
    /// one of them is unknown. Breaks `blog_posts_slug_key`, `blog_posts_status_transition`,
    /// `blog_posts_published_at_whole`.
    pub const UPDATE: Sql<
        (
            PostId, i32, Option<Slug>, Option<LocalizedText<200>>, bool,
            Option<LocalizedText<500>>, Option<LocalizedText<100_000>>, bool, Option<ContactId>,
            Option<&'static str>, bool, Option<Timestamp>, Option<Vec<CategoryId>>, ContactId,
        ),
        Post,
    > = Sql::new(concat!(
        "with wanted as (
           select id
           from cms.categories
           where id = any($13) and deleted_at is null
           for share
         ), t as (
           update cms.blog_posts
           set slug = coalesce($3, slug),
               title = coalesce($4, title),
               excerpt = case when $5 then $6 else excerpt end,
               body = coalesce($7, body),
               author_ref = case when $8 then $9 else author_ref end,
               status = coalesce($10, status),
               published_at = case when $11 then $12 else published_at end,
               updated_by = $14
           where id = $1 and version = $2 and deleted_at is null
             and ($13 is null or (select count(*) from wanted) = cardinality($13))
           returning ", columns!(), ", body
         ), taken_out as (
           update cms.blog_post_categories f
           set deleted_at = now()
           from t
           where f.post_id = t.id and f.deleted_at is null and f.category_id <> all($13)
         ), filed as (
           insert into cms.blog_post_categories as f (post_id, category_id, created_by)
           select t.id, wanted.id, $14
           from t
           cross join wanted
           on conflict (post_id, category_id) do update set deleted_at = null
             where f.deleted_at is not null
         )
         select ", columns!(), ", body,
           case when $13 is null then ", filed!(), "
                else array(select id from wanted order by id)
           end as category_ids
         from t"
    ))
    .never_null();
    /// Deletes the live post `$1` of version `$2`, softly.
    pub const DELETE: Sql<(PostId, i32, ContactId), Deletion> = soft_delete!("cms.blog_posts");
    /// Brings a deleted post back, filed as it was. Breaks `blog_posts_slug_key`.
    pub const RESTORE: Sql<(PostId, ContactId), Post> = Sql::new(concat!(
        "with t as (
           update cms.blog_posts
           set deleted_at = null, updated_by = $2
           where id = $1 and deleted_at is not null
           returning ", columns!(), ", body
         )
         select ", columns!(), ", body, ", filed!(), " as category_ids
         from t"
    ))
    .never_null();
}
