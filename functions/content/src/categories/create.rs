//! `POST /v1/content/categories`: record a category.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{CategoryId, LocalizedText, Slug};

use crate::sql::categories::{Category, INSERT};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-create-category",
    method: Method::POST,
    path: "/v1/content/categories",
    summary: "Records a category.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Category>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "slug-taken",
            headers: &[],
            body: r#"{"slug": "news", "name": {"de": "Noch einmal", "en": "Again"}}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "unknown-parent",
            role: Some("publisher"),
            body: r#"{"slug": "lost", "name": {"de": "", "en": "Lost"}, "parent_id": "00000000-0000-4000-8000-000000000000"}"#,
            status: 422,
            ..Example::DEFAULT
        },
        Example {
            name: "bare-string",
            headers: &[],
            body: r#"{"slug": "plain", "name": "Plain"}"#,
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
    headers: &[("idempotency-key", "new-category")],
    body: r#"{"slug": "volunteering", "name": {"de": "Ehrenamt", "en": "Volunteering"}, "parent_id": "edfea5bc-d664-563b-8da7-a1700f8a878d"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new category.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewCategory"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<CategoryId>,
    /// Name in addresses.
    slug: Slug,
    /// Name for people.
    name: LocalizedText<120>,
    /// The category above; null: top.
    #[serde(default)]
    parent_id: Option<CategoryId>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, slug, name, parent_id } = req.json()?;
    let row = (id.unwrap_or_else(CategoryId::new), slug, name, parent_id, req.actor()?);
    api::once(req, db, async |on| {
        let category = super::refused(INSERT.one(on, row).await)
            .on_constraint("categories_pkey", || Problem::conflict("category already recorded"))?;
        api::created(req, &category)
    })
    .await
}
