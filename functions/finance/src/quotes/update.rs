//! `PATCH /v1/finance/quotes/{id}`: change the draft of an offer.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use types::{Change, ContactId, Date, Money, Patch, ProjectId, QuoteId, Text};
use uuid::Uuid;

use crate::{
    lines::{Customer, Document, NewLine, lines},
    sql::quotes::{FIND, QuoteWithLines, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-update-quote",
    method: Method::PATCH,
    path: "/v1/finance/quotes/{id}",
    summary: "Changes the draft of a quote by JSON Merge Patch (RFC 7396); all lines together.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<QuoteWithLines>(),
    if_match: true,
    problems: &[problem::QUOTE_STATE],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "sent",
            path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
            headers: &[("if-match", r#""2""#)],
            status: 409,
            ..GOOD
        },
        Example { name: "cleared", body: r#"{"customer": null}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["dbf50d0c-d90f-53d4-ac90-4ba41de83354"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"terms": "14 Tage netto.", "lines": [{"product_id": "c3e08886-9820-5a4b-a080-cf11cbb52615", "quantity": "2", "discount_bp": 500}]}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "QuotePatch"))]
pub struct Input {
    /// Project it is for.
    #[serde(default)]
    project_ref: Patch<ProjectId>,
    /// Building it is for.
    #[serde(default)]
    building_ref: Patch<Uuid>,
    /// Contact or company it is for.
    #[serde(default)]
    customer_ref: Change<ContactId>,
    /// Name and address as they stand on it.
    #[serde(default)]
    customer: Change<Customer>,
    /// Discount on the whole, in hundredths of a percent; not with `discount`.
    #[serde(default)]
    discount_bp: Change<i32>,
    /// The same as an amount without tax; null: none.
    #[serde(default)]
    discount: Patch<Money>,
    /// Discount for paying early, in hundredths of a percent.
    #[serde(default)]
    early_payment_bp: Change<i32>,
    /// Days within which that holds.
    #[serde(default)]
    early_payment_days: Change<i32>,
    /// Terms.
    #[serde(default)]
    terms: Patch<Text<20_000>>,
    /// Last day of the offer.
    #[serde(default)]
    valid_until: Patch<Date>,
    /// Quote it takes the place of.
    #[serde(default)]
    replaces_id: Patch<QuoteId>,
    /// All lines, in order.
    #[serde(default)]
    lines: Change<Vec<NewLine>>,
}

impl Input {
    fn columns(self) -> Result<Value, Problem> {
        super::is_share(self.discount_bp.0.unwrap_or(0))?;
        let mut change = Map::new();
        let mut set = |column: &str, is_present: bool, value: Value| {
            if is_present {
                change.insert(column.to_owned(), value);
            }
        };
        set("project_ref", self.project_ref.is_present(), json!(self.project_ref.as_value()));
        set("building_ref", self.building_ref.is_present(), json!(self.building_ref.as_value()));
        set("customer_ref", self.customer_ref.0.is_some(), json!(self.customer_ref.0));
        set("customer", self.customer.0.is_some(), json!(self.customer.0));
        let discount = self.discount.as_value();
        let minor = discount.map_or(0, |discount| discount.minor());
        set("discount_bp", self.discount_bp.0.is_some(), json!(self.discount_bp.0));
        set("discount_minor", self.discount.is_present(), json!(minor));
        set("discount_currency", discount.is_some(), json!(discount.map(|d| d.currency())));
        let (bp, days) = (self.early_payment_bp.0, self.early_payment_days.0);
        set("early_payment_bp", bp.is_some(), json!(bp));
        set("early_payment_days", days.is_some(), json!(days));
        set("terms", self.terms.is_present(), json!(self.terms.as_value()));
        set("valid_until", self.valid_until.is_present(), json!(self.valid_until.as_value()));
        set("replaces_id", self.replaces_id.is_present(), json!(self.replaces_id.as_value()));
        if let Some(new) = &self.lines.0 {
            set("lines", true, lines(new, None, Document::Quote)?);
        }
        Ok(change.into())
    }
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: QuoteId = req.path("id")?;
    let version = req.if_match()?;
    let change = req.json::<Input>()?.columns()?;
    let written = UPDATE
        .opt(db, (id, version, change, req.actor()?))
        .await
        .on_constraint("quotes_pkey", || Problem::not_found("quote"))
        .on_constraint("quotes_version", api::stale)
        .on_constraint("quotes_frozen", || {
            let detail = "a quote that was sent never changes: write a new one that replaces it";
            Problem::new(problem::QUOTE_STATE, detail)
        });
    api::changed(req, super::refused(written)?, FIND.opt(db, (id,)), "quote").await
}
