//! `PATCH /v1/content/posts/{id}`: change a post, or move it on.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{CategoryId, Change, ContactId, LocalizedText, Patch, PostId, Slug, Timestamp};

use super::PostStatus;
use crate::sql::posts::{FIND, Post, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-update-post",
    method: Method::PATCH,
    path: "/v1/content/posts/{id}",
    summary: "Changes a post by JSON Merge Patch (RFC 7396); only a publisher publishes or schedules it.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Post>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    body_limit: super::BODY_LIMIT,
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "publish", body: r#"{"status": "published"}"#, ..REVIEWED },
        Example {
            name: "schedule",
            role: Some("admin"),
            body: r#"{"status": "scheduled", "published_at": "2030-01-01T09:00:00Z"}"#,
            ..REVIEWED
        },
        Example {
            name: "schedule-without-a-time",
            body: r#"{"status": "scheduled"}"#,
            status: 422,
            ..REVIEWED
        },
        Example {
            name: "not-a-publisher",
            role: Some("editor"),
            body: r#"{"status": "published"}"#,
            status: 403,
            ..REVIEWED
        },
        Example {
            name: "skipped-step",
            role: Some("publisher"),
            body: r#"{"status": "published"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "unknown-category",
            body: r#"{"category_ids": ["00000000-0000-4000-8000-000000000000"]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("editor"),
    path: &["99f3d1d0-ddac-59c6-995f-72f9754c0616"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"status": "in_review", "category_ids": ["1ecd7c73-0026-58a1-bf2f-22b2151b68a0"]}"#,
    ..Example::DEFAULT
};

const REVIEWED: Example = Example {
    role: Some("publisher"),
    path: &["ab1f4607-d853-58e9-82b7-577ad43f6553"],
    headers: &[("if-match", r#""2""#)],
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "PostPatch"))]
pub struct Input {
    /// Name in addresses.
    #[serde(default)]
    slug: Change<Slug>,
    /// Title.
    #[serde(default)]
    title: Change<LocalizedText<200>>,
    /// Text for lists.
    #[serde(default)]
    excerpt: Patch<LocalizedText<500>>,
    /// Text in Markdown.
    #[serde(default)]
    body: Change<LocalizedText<100_000>>,
    /// The contact who wrote it.
    #[serde(default)]
    author_ref: Patch<ContactId>,
    /// The next step: draft, in_review, scheduled, published, archived; in_review and scheduled may
    /// become a draft again, in_review published at once, archived a draft.
    #[serde(default)]
    status: Change<PostStatus>,
    /// When it is to be published; goes with the status scheduled.
    #[serde(default)]
    published_at: Patch<Timestamp>,
    /// The categories to file it under, instead of those so far.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 20)))]
    category_ids: Change<Vec<CategoryId>>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PostId = req.path("id")?;
    let version = req.if_match()?;
    let Input {
        slug: Change(slug),
        title: Change(title),
        excerpt,
        body: Change(body),
        author_ref,
        status: Change(status),
        published_at,
        category_ids: Change(categories),
    } = req.json()?;
    let out = matches!(status, Some(PostStatus::Scheduled | PostStatus::Published));
    if out || published_at.is_present() {
        super::publisher_only(req)?;
    }
    let status = status.map(PostStatus::word);
    let (set_excerpt, excerpt) = excerpt.into_parts();
    let (set_author, author) = author_ref.into_parts();
    let (set_published, published_at) = published_at.into_parts();
    let categories = categories.map(super::distinct).transpose()?;
    let change = (
        id,
        version,
        slug,
        title,
        set_excerpt,
        excerpt,
        body,
        set_author,
        author,
        status,
        set_published,
        published_at,
        categories,
        req.actor()?,
    );
    let post = UPDATE
        .opt(db, change)
        .await
        .on_constraint("blog_posts_slug_key", super::slug_taken)
        .on_constraint("blog_posts_status_transition", || {
            Problem::conflict("a post cannot go from its status to the one asked for")
        })
        .on_constraint("blog_posts_published_at_whole", || {
            let detail = "must be sent with the status scheduled, and stays when it is out";
            Problem::invalid("/published_at", detail)
        })?;
    if let Some(post) = post {
        return api::ok(req, &post);
    }
    Err(match FIND.opt(db, (id, true)).await? {
        Some(post) if post.card.version == version => super::unknown_category(),
        there => api::missed(there, "post"),
    })
}
