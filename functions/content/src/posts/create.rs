//! `POST /v1/content/posts`: record a post.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{CategoryId, ContactId, LocalizedText, PostId, Slug};

use crate::sql::posts::{INSERT, Post};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-create-post",
    method: Method::POST,
    path: "/v1/content/posts",
    summary: "Records a post as a draft and files it under categories.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Post>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    body_limit: super::BODY_LIMIT,
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "slug-taken",
            headers: &[],
            body: r#"{"slug": "what-gift-aid-does", "title": {"de": "", "en": "Again"}, "body": {"de": "", "en": "Again."}}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "unknown-category",
            headers: &[],
            body: r#"{"slug": "lost", "title": {"de": "", "en": "Lost"}, "body": {"de": "", "en": "Lost."}, "category_ids": ["00000000-0000-4000-8000-000000000000"]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-body",
            headers: &[],
            body: r#"{"slug": "nothing", "title": {"de": "", "en": "Nothing"}}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("editor"),
    headers: &[("idempotency-key", "new-post")],
    body: r#"{"slug": "spring-is-coming", "title": {"de": "Der Frühling kommt", "en": "Spring is coming"}, "body": {"de": "Was wir pflanzen.", "en": "What we plant."}, "category_ids": ["1d46ebad-3b2d-580e-8208-2a319ecea0ce"]}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new post.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewPost"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<PostId>,
    /// Name in addresses.
    slug: Slug,
    /// Title.
    title: LocalizedText<200>,
    /// Text for lists.
    #[serde(default)]
    excerpt: Option<LocalizedText<500>>,
    /// Text in Markdown.
    body: LocalizedText<100_000>,
    /// The contact who wrote it; null: the editors.
    #[serde(default)]
    author_ref: Option<ContactId>,
    /// The categories to file it under.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 20)))]
    category_ids: Vec<CategoryId>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, slug, title, excerpt, body, author_ref, category_ids } = req.json()?;
    let categories = super::distinct(category_ids)?;
    let id = id.unwrap_or_else(PostId::new);
    let row = (id, slug, title, excerpt, body, author_ref, categories, req.actor()?);
    api::once(req, db, async |on| {
        let post = INSERT
            .opt(on, row)
            .await
            .on_constraint("blog_posts_pkey", || Problem::conflict("post already recorded"))
            .on_constraint("blog_posts_slug_key", super::slug_taken)?;
        api::created(req, &post.ok_or_else(super::unknown_category)?)
    })
    .await
}
