//! `PATCH /v1/content/categories/{id}`: change a category.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{CategoryId, Change, LocalizedText, Patch, Slug};

use crate::sql::categories::{Category, FIND, UPDATE};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-update-category",
    method: Method::PATCH,
    path: "/v1/content/categories/{id}",
    summary: "Changes a category by JSON Merge Patch (RFC 7396).",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Category>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "below-itself",
            path: &["edfea5bc-d664-563b-8da7-a1700f8a878d"],
            body: r#"{"parent_id": "8e58b040-d61e-56da-b5f6-6a7850f05713"}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "slug-taken", body: r#"{"slug": "news"}"#, status: 409, ..GOOD },
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
    path: &["8e58b040-d61e-56da-b5f6-6a7850f05713"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"name": {"de": "Energie sparen", "en": "Saving energy"}, "parent_id": null}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CategoryPatch"))]
pub struct Input {
    /// Name in addresses.
    #[serde(default)]
    slug: Change<Slug>,
    /// Name for people.
    #[serde(default)]
    name: Change<LocalizedText<120>>,
    /// The category above.
    #[serde(default)]
    parent_id: Patch<CategoryId>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CategoryId = req.path("id")?;
    let version = req.if_match()?;
    let Input { slug: Change(slug), name: Change(name), parent_id } = req.json()?;
    let (set_parent, parent) = parent_id.into_parts();
    let change = (id, version, slug, name, set_parent, parent, req.actor()?);
    api::changed(
        req,
        super::refused(UPDATE.opt(db, change).await)?,
        FIND.opt(db, (id,)),
        "category",
    )
    .await
}
