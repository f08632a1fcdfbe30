//! `PATCH /v1/finance/products/{id}`: change a product.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use types::{Change, Line, LocalizedText, Money, Patch, ProductId, Slug};

use crate::{
    products::NewPart,
    sql::products::{Actor, FIND, Product, ProductStatus, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-update-product",
    method: Method::PATCH,
    path: "/v1/finance/products/{id}",
    summary: "Changes a product by JSON Merge Patch (RFC 7396); documents that name it stay as they are.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    localized: true,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Product>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "key-taken",
            body: r#"{"key": "renovation-roadmap"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "another-currency",
            body: r#"{"list_price": {"amount": 100, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "part-becomes-a-bundle",
            body: r#"{"parts": [{"product_id": "1b18d087-02c5-5c3c-b47f-7a6222b9ca10", "quantity": "2"}]}"#,
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
    role: Some("treasurer"),
    path: &["c3e08886-9820-5a4b-a080-cf11cbb52615"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"list_price": {"amount": 46000, "currency": "EUR"}, "cost": null}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ProductPatch"))]
pub struct Input {
    /// Name for programs.
    #[serde(default)]
    key: Change<Slug>,
    /// Name in tables.
    #[serde(default)]
    short_name: Change<Line<50>>,
    /// Name for people.
    #[serde(default)]
    label: Change<LocalizedText<200>>,
    /// What it is.
    #[serde(default)]
    description: Patch<LocalizedText<5000>>,
    /// Group.
    #[serde(default)]
    category: Change<Line<50>>,
    /// Who does it.
    #[serde(default)]
    actor: Change<Actor>,
    /// Number in the maker's or our catalogue.
    #[serde(default)]
    product_number: Patch<Line<50>>,
    /// Unit of the quantity.
    #[serde(default)]
    unit: Change<Line<50>>,
    /// Price of one unit without tax, in its currency.
    #[serde(default)]
    list_price: Change<Money>,
    /// What one unit costs us, in the same currency.
    #[serde(default)]
    cost: Patch<Money>,
    /// Tax it is sold with.
    #[serde(default)]
    tax_code: Change<Line<50>>,
    /// Whether it is offered.
    #[serde(default)]
    status: Change<ProductStatus>,
    /// All parts of a bundle, at most 50; none: it is no bundle.
    #[serde(default)]
    parts: Change<Vec<NewPart>>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProductId = req.path("id")?;
    let version = req.if_match()?;
    let input: Input = req.json()?;
    super::few(input.parts.0.as_deref().unwrap_or_default())?;
    let (price, cost) = (input.list_price.0, input.cost.as_value().copied());
    if price.or(cost).is_some()
        && let Some(product) = FIND.opt(db, (id,)).await?
    {
        super::price("list_price", price, product.list_price.currency())?;
        super::price("cost", cost, product.list_price.currency())?;
    }
    let product =
        super::refused(UPDATE.opt(db, (id, version, change(&input), req.actor()?)).await)?;
    api::changed(req, product, FIND.opt(db, (id,)), "product").await
}

/// The columns that change.
fn change(input: &Input) -> Value {
    let mut change = Map::new();
    let mut set = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            change.insert(column.to_owned(), value);
        }
    };
    set("key", input.key.0.as_ref().map(|v| json!(v)));
    set("short_name", input.short_name.0.as_ref().map(|v| json!(v)));
    set("label", input.label.0.as_ref().map(|v| json!(v)));
    set("description", input.description.is_present().then(|| json!(input.description.as_value())));
    set("category", input.category.0.as_ref().map(|v| json!(v)));
    set("actor", input.actor.0.map(|v| json!(v.word())));
    set(
        "product_number",
        input.product_number.is_present().then(|| json!(input.product_number.as_value())),
    );
    set("unit", input.unit.0.as_ref().map(|v| json!(v)));
    set("list_price_minor", input.list_price.0.map(|v| json!(v.minor())));
    let cost = input.cost.as_value().map(|v| v.minor());
    set("cost_minor", input.cost.is_present().then(|| json!(cost)));
    set("tax_code", input.tax_code.0.as_ref().map(|v| json!(v)));
    set("status", input.status.0.map(|v| json!(v.word())));
    set("is_bundle", input.parts.0.as_ref().map(|v| json!(!v.is_empty())));
    set("parts", input.parts.0.as_ref().map(|v| json!(v)));
    change.into()
}
