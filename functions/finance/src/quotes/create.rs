//! `POST /v1/finance/quotes`: write the draft of an offer.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ContactId, Currency, Date, Money, ProjectId, QuoteId, Text};
use uuid::Uuid;

use crate::{
    lines::{Customer, Document, NewLine, lines},
    posting::{books, post},
    sql::quotes::{CREATE, QuoteWithLines},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-quote",
    method: Method::POST,
    path: "/v1/finance/quotes",
    summary: "Writes the draft of a quote: net and tax by line, rounded to the nearest minor unit.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<QuoteWithLines>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "retired-product",
            body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber"}, "currency": "EUR", "lines": [{"product_id": "00000000-0000-4000-8000-000000000000", "quantity": "1"}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "half-a-line",
            body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber"}, "currency": "EUR", "lines": [{"quantity": "1"}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "a-float",
            body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber"}, "currency": "EUR", "lines": [{"product_id": "c3e08886-9820-5a4b-a080-cf11cbb52615", "quantity": 1.5}]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "quote-for-jonas")],
    body: r#"{"customer_ref": "0bf4bcc7-c94e-5908-9109-a3dbcb667578", "customer": {"name": "Jonas Weber", "city": "Leipzig"}, "currency": "EUR", "valid_until": "2027-01-31", "lines": [{"product_id": "c3e08886-9820-5a4b-a080-cf11cbb52615", "quantity": "1.5"}, {"description": "Travel", "quantity": "1", "unit_price": {"amount": 2500, "currency": "EUR"}, "tax_code": "DE_STANDARD", "is_optional": true}]}"#,
    status: 201,
    ..Example::DEFAULT
};

/// An offer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewQuote"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<QuoteId>,
    /// Project it is for.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Building it is for.
    #[serde(default)]
    building_ref: Option<Uuid>,
    /// Contact or company it is for.
    customer_ref: ContactId,
    /// Name and address as they stand on it.
    customer: Customer,
    /// Currency of all prices.
    currency: Currency,
    /// Discount on the whole, in hundredths of a percent; not with `discount`.
    #[serde(default)]
    discount_bp: i32,
    /// The same as an amount without tax.
    #[serde(default)]
    discount: Option<Money>,
    /// Discount for paying early, in hundredths of a percent.
    #[serde(default)]
    early_payment_bp: i32,
    /// Days within which that holds.
    #[serde(default)]
    early_payment_days: i32,
    /// Terms, if not the general ones.
    #[serde(default)]
    terms: Option<Text<20_000>>,
    /// Last day of the offer; it can be said when it is sent.
    #[serde(default)]
    valid_until: Option<Date>,
    /// Quote it takes the place of.
    #[serde(default)]
    replaces_id: Option<QuoteId>,
    /// What is offered, in order; at most 500.
    #[serde(default)]
    lines: Vec<NewLine>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    super::is_share(input.discount_bp)?;
    let lines = lines(&input.lines, Some(input.currency), Document::Quote)?;
    let quote = json!({
        "id": input.id, "project_ref": input.project_ref, "building_ref": input.building_ref,
        "customer_ref": input.customer_ref, "customer": input.customer, "currency": input.currency,
        "discount_bp": input.discount_bp, "discount_minor": input.discount.map(Money::minor),
        "discount_currency": input.discount.map(Money::currency),
        "early_payment_bp": input.early_payment_bp, "early_payment_days": input.early_payment_days,
        "terms": input.terms, "valid_until": input.valid_until, "replaces_id": input.replaces_id,
        "lines": lines,
    });
    let params = (req.required_key()?, quote, req.actor()?);
    let written = super::refused(
        post(req, db, &CREATE, params)
            .await
            .on_constraint("quotes_pkey", || Problem::already_recorded("quote already recorded")),
    );
    books(written)?.created(req, Problem::not_found("quote"))
}
