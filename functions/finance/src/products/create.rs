//! `POST /v1/finance/products`: record what is sold.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use serde_json::json;
use types::{Line, LocalizedText, Money, ProductId, Slug};

use crate::{
    products::NewPart,
    sql::products::{Actor, INSERT, Product},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-product",
    method: Method::POST,
    path: "/v1/finance/products",
    summary: "Records a product with its price without tax.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Product>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "key-taken",
            headers: &[],
            body: r#"{"key": "renovation-roadmap", "short_name": "R", "label": {"de": "R", "en": "R"}, "category": "advice", "actor": "platform", "list_price": {"amount": 1, "currency": "GBP"}, "tax_code": "GB_STANDARD"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "unknown-tax",
            headers: &[],
            body: r#"{"key": "x", "short_name": "X", "label": {"de": "X", "en": "X"}, "category": "advice", "actor": "platform", "list_price": {"amount": 1, "currency": "GBP"}, "tax_code": "GB_LUXURY"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "cost-in-another-currency",
            headers: &[],
            body: r#"{"key": "x", "short_name": "X", "label": {"de": "X", "en": "X"}, "category": "advice", "actor": "platform", "list_price": {"amount": 1, "currency": "GBP"}, "cost": {"amount": 1, "currency": "EUR"}, "tax_code": "GB_STANDARD"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "bundle-in-a-bundle",
            headers: &[],
            body: r#"{"key": "x", "short_name": "X", "label": {"de": "X", "en": "X"}, "category": "advice", "actor": "platform", "list_price": {"amount": 1, "currency": "EUR"}, "tax_code": "DE_STANDARD", "parts": [{"product_id": "a0e45a7b-c331-59a9-bdf6-9e2a9fd3901e", "quantity": "1"}]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "new-product")],
    body: r#"{"key": "draught-survey", "short_name": "Survey", "label": {"de": "Luftdichtheitsmessung", "en": "Draught survey"}, "category": "advice", "actor": "platform", "list_price": {"amount": 10000, "currency": "GBP"}, "tax_code": "GB_STANDARD"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewProduct"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ProductId>,
    /// Name for programs.
    key: Slug,
    /// Name in tables.
    short_name: Line<50>,
    /// Name for people.
    label: LocalizedText<200>,
    /// What it is.
    #[serde(default)]
    description: Option<LocalizedText<5000>>,
    /// Group: `insulation`, `heating`, `consulting`.
    category: Line<50>,
    /// Who does it.
    actor: Actor,
    /// Number in the maker's or our catalogue.
    #[serde(default)]
    product_number: Option<Line<50>>,
    /// Unit of the quantity; `piece` if absent.
    #[serde(default)]
    unit: Option<Line<50>>,
    /// Price of one unit without tax.
    list_price: Money,
    /// What one unit costs us, in the same currency.
    #[serde(default)]
    cost: Option<Money>,
    /// Tax it is sold with: `GB_STANDARD`.
    tax_code: Line<50>,
    /// What a bundle is made of, at most 50; absent: it is none.
    #[serde(default)]
    parts: Vec<NewPart>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    super::few(&input.parts)?;
    super::price("list_price", Some(input.list_price), input.list_price.currency())?;
    super::price("cost", input.cost, input.list_price.currency())?;
    let row = (
        input.id.unwrap_or_else(ProductId::new),
        input.key,
        input.short_name,
        input.label,
        input.description,
        input.category,
        input.actor.word(),
        input.product_number,
        input.unit,
        input.list_price,
        input.cost.map(Money::minor),
        input.tax_code,
        json!(input.parts),
        req.actor()?,
    );
    api::once(req, db, async |on| {
        let product = super::refused(INSERT.one(on, row).await)
            .on_constraint("products_pkey", || Problem::conflict("product already recorded"))?;
        api::created(req, &product)
    })
    .await
}
