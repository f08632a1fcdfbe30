//! `GET /v1/finance/gift-aid/gasds/{tax_year}`: how much of the small-donations scheme a charity has used.
use api::{Allow, Example, Method, Problem, Query, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use giftaid::{limits, tax::TaxYear};
use serde::Serialize;
use types::{ClaimantId, Date};

use crate::sql::small_donations::{OF_YEAR, TopUpClaim, YEAR, Year};

/// The most that counts in a tax year outside community buildings, pence (8,000 pounds; GASDS guidance, chapter 8).
const LIMIT_MINOR: i64 = 800_000;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-small-donations",
    method: Method::GET,
    path: "/v1/finance/gift-aid/gasds/{tax_year}",
    summary: "Says what small donations of a tax year count for, and how much of the limits is left.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giftaid.read"),
    query: &[Query { name: "claimant_id", about: "The charity." }],
    reply: Shape::of::<Headroom>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-year", path: &["soon"], status: 404, ..GOOD },
        Example { name: "no-charity", query: "", status: 422, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["2026"],
    query: "claimant_id=f021abd7-675f-5bff-9e78-d633187e52fa",
    ..Example::DEFAULT
};

/// The small donations of a charity in a tax year, pence.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "SmallDonationsHeadroom"))]
pub struct Headroom {
    /// The calendar year in which the tax year begins, on 6 April.
    pub tax_year: i16,
    /// Collected outside community buildings.
    pub collected_minor: i64,
    /// Collected inside them, each up to 8,000 pounds.
    pub buildings_minor: i64,
    /// Gifts of the year with declarations; small donations count up to ten times as much.
    pub gift_aid_minor: i64,
    /// What counts of the collections.
    pub countable_minor: i64,
    /// What the tax office adds to that; null: the rate of the year is not law.
    pub top_up_minor: Option<i64>,
    /// What can still be collected outside buildings before a limit is reached.
    pub left_minor: i64,
    /// The last day on which it can be claimed.
    pub claim_until: Date,
    /// The claim that stands for this year; null: none.
    pub claim: Option<TopUpClaim>,
}

impl Headroom {
    /// The limits of the scheme, applied.
    pub fn of(tax_year: TaxYear, year: &Year, claim: Option<TopUpClaim>) -> Headroom {
        let matching = year.gift_aid_minor.saturating_mul(10);
        let outside = year.collected_minor.min(LIMIT_MINOR);
        let countable_minor = (outside + year.buildings_minor).min(matching);
        let room = (LIMIT_MINOR - outside).min(matching - countable_minor);
        let rate = year.basic_rate_bp.and_then(|rate| u16::try_from(rate).ok());
        Headroom {
            tax_year: tax_year.year(),
            collected_minor: year.collected_minor,
            buildings_minor: year.buildings_minor,
            gift_aid_minor: year.gift_aid_minor,
            countable_minor,
            top_up_minor: rate.map(|rate| giftaid::tax::at_rate(countable_minor, rate)),
            left_minor: room.max(0),
            claim_until: limits::last_small_donations_day(tax_year),
            claim,
        }
    }
}

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let year: i16 = req.path("tax_year")?;
    if !(2013..=2100).contains(&year) {
        return Err(Problem::not_found("tax year"));
    }
    let claimant: Option<ClaimantId> = req.query("claimant_id")?;
    let claimant = claimant
        .ok_or_else(|| Problem::parameter(problem::INVALID, "claimant_id", "is missing"))?;
    let of = (claimant, i32::from(year));
    let (found, claims) = db.transaction((YEAR.with(of), OF_YEAR.with(of))).await?;
    let found = found.first().ok_or_else(|| Problem::not_found("charity"))?;
    let claim = claims.into_iter().next();
    Response::json(200, &Headroom::of(TaxYear::starting(year), found, claim))
}
