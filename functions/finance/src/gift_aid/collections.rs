//! `POST /v1/finance/gift-aid/gasds/collections`: record small gifts that were collected and banked.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{BuildingId, ClaimantId, CollectionId, Currency, Date, Money};

use super::declarations::create::unknown_claimant;
use crate::sql::small_donations::{Collection, RECORD};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-collection",
    method: Method::POST,
    path: "/v1/finance/gift-aid/gasds/collections",
    summary: "Records a collection of gifts of at most 30 pounds each, and posts it to the bank.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Collection>(),
    idempotency: Idempotency::Required,
    answer: |req, db| Box::pin(record(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "large-gifts",
            headers: &[("idempotency-key", "large")],
            body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "collected_on": "2026-11-01", "banked_on": "2026-11-02", "method": "cash", "gifts": 1, "amount": {"amount": 3001, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "banked-before",
            headers: &[("idempotency-key", "before")],
            body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "collected_on": "2026-11-03", "banked_on": "2026-11-02", "method": "cash", "gifts": 9, "amount": {"amount": 3001, "currency": "GBP"}}"#,
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
    headers: &[("idempotency-key", "all-souls")],
    body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "collected_on": "2026-11-01", "banked_on": "2026-11-02", "method": "cash", "gifts": 41, "amount": {"amount": 18230, "currency": "GBP"}}"#,
    status: 201,
    ..Example::DEFAULT
};

types::words! {
    /// How the gifts were made.
    pub enum CollectionMethod { Cash = "cash", Contactless = "contactless", ChipAndPin = "chip_and_pin" }
}

/// What was collected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewCollection"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<CollectionId>,
    /// The charity it was collected for.
    claimant_id: ClaimantId,
    /// The community building it was collected in.
    #[serde(default)]
    building_id: Option<BuildingId>,
    /// Day of the collection.
    collected_on: Date,
    /// Day it was banked, the accounting date.
    banked_on: Date,
    /// How the gifts were made.
    method: CollectionMethod,
    /// Number of gifts.
    gifts: i32,
    /// Their sum, pounds.
    amount: Money,
}

async fn record(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    if input.amount.currency() != Currency::GBP {
        return Err(Problem::invalid("/amount/currency", "must be GBP"));
    }
    if input.amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 penny"));
    }
    if !(1..=100_000).contains(&input.gifts) {
        return Err(Problem::invalid("/gifts", "must be 1 to 100,000"));
    }
    let key = req.required_key()?;
    let params = (
        key.scope,
        key.key,
        key.fingerprint,
        input.id.unwrap_or_else(CollectionId::new),
        input.claimant_id,
        input.building_id,
        json!({ "collected_on": input.collected_on, "banked_on": input.banked_on }),
        input.method.word(),
        input.gifts,
        input.amount.minor(),
        req.actor()?,
        req.id().to_owned(),
    );
    let recorded = RECORD
        .one(db, params)
        .await
        .on_constraint("idempotency_keys_fingerprint", api::key_reused)
        .on_constraint("gasds_collections_pkey", || {
            Problem::already_recorded("collection already recorded")
        })
        .on_constraint("gasds_collections_gift_limit", || {
            Problem::invalid("/amount/amount", "must be at most 30.00 for each gift")
        })
        .on_constraint("gasds_collections_banked_after", || {
            Problem::invalid("/banked_on", "must not be before the day of the collection")
        })
        .on_constraint("gasds_collections_no_future", || {
            Problem::invalid("/banked_on", "must not lie in the future")
        })
        .on_constraint("gasds_collections_claimant_id_fkey", unknown_claimant)
        .on_constraint("gasds_collections_building_id_fkey", || {
            Problem::invalid("/building_id", "names no community building")
        })
        .on_constraint("accounting_periods_open", || {
            Problem::invalid("/banked_on", "is in no open accounting period")
        })
        .map_err(api::in_progress)?;
    api::created_once(req, &recorded.collection, recorded.replayed)
}
