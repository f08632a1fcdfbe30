//! `POST /v1/finance/gift-aid/claims/{id}/small-donations`: claim the small donations of a tax year too.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ClaimId, CollectionId};

use super::refusals;
use crate::sql::small_donations::{CLAIM, TopUpClaim};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-claim-small-donations",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/small-donations",
    summary: "Puts the small donations of a tax year into a draft claim, within the limits of their scheme.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<TopUpClaim>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::CLAIM_STATE,
        problem::CONFLICT,
        problem::NOTHING_TO_CLAIM,
        problem::OUT_OF_TIME,
        problem::SMALL_DONATIONS_LIMIT,
    ],
    answer: |req, db| Box::pin(claim(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "nothing-collected",
            headers: &[("if-match", r#""2""#), ("idempotency-key", "small-2024")],
            body: r#"{"tax_year": 2024}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "validated-before",
            path: super::VALIDATED,
            headers: &[("if-match", r#""3""#), ("idempotency-key", "small-late")],
            status: 409,
            ..GOOD
        },
        Example {
            name: "no-such-year",
            headers: &[("if-match", r#""2""#), ("idempotency-key", "small-1999")],
            body: r#"{"tax_year": 1999}"#,
            status: 422,
            ..GOOD
        },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: super::DRAFT,
    headers: &[("if-match", r#""2""#), ("idempotency-key", "small-2025")],
    body: r#"{"tax_year": 2025}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Which small donations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewSmallDonationsClaim")
)]
pub struct Input {
    /// The calendar year in which the tax year begins, on 6 April.
    tax_year: i32,
    /// These collections only, at most 1,000; absent: all of the year that are not claimed.
    #[serde(default)]
    collection_ids: Option<Vec<CollectionId>>,
}

async fn claim(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let (version, key, actor) = (req.if_match()?, req.required_key()?, req.actor()?);
    let Input { tax_year, mut collection_ids } = req.json()?;
    if !(2013..=2100).contains(&tax_year) {
        return Err(Problem::invalid("/tax_year", "must be 2013 to 2100"));
    }
    if let Some(ids) = &mut collection_ids {
        if ids.is_empty() || ids.len() > 1_000 {
            return Err(Problem::invalid("/collection_ids", "must name 1 to 1,000 collections"));
        }
        ids.sort_unstable();
        ids.dedup();
    }
    let named = collection_ids.is_some();
    let made = CLAIM
        .one(db, (key, id, version, tax_year, collection_ids, actor))
        .await
        .on_constraint("gasds_claims_tax_year_key", || {
            Problem::conflict("small donations of this tax year are in a claim of the charity")
        })
        .on_constraint("gasds_collections_claimable", || nothing(named))
        .on_constraint("gasds_claims_collected_minor_limit", || limit("outside buildings"))
        .on_constraint("gasds_claims_building_limit", || limit("in each community building"));
    let made = refusals(made)?;
    api::created_once(req, &made.row, made.replayed)
}

fn nothing(named: bool) -> Problem {
    if named {
        let detail =
            "names a collection that is claimed, of another tax year, or not the charity's";
        return Problem::invalid("/collection_ids", detail);
    }
    let detail = "no collection of this tax year waits to be claimed";
    Problem::new(problem::NOTHING_TO_CLAIM, detail)
}

fn limit(place: &str) -> Problem {
    let detail =
        format!("8,000 pounds of a tax year count {place}: name collections of at most that much");
    Problem::new(problem::SMALL_DONATIONS_LIMIT, detail)
}
