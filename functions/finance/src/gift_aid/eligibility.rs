//! `GET /v1/finance/contributions/{id}/gift-aid`: may this gift be claimed, and if not, why not.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use giftaid::{eligibility::Eligibility, tax};
use serde::Serialize;
use types::{ClaimantId, ContributionId, DeclarationId};

use super::facts;
use crate::sql::gift_aid::{FACTS, Facts};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-contribution-gift-aid",
    method: Method::GET,
    path: "/v1/finance/contributions/{id}/gift-aid",
    summary: "Says whether Gift Aid can be claimed on a gift, under which declaration, or why not.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<GiftAid>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "of-a-trust", path: &["528fa386-6967-580e-8e75-2e8697a94ee6"], ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["cc8fe234-f04d-5dc6-8891-96fe26f93f87"],
    ..Example::DEFAULT
};

/// Whether a gift can be claimed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GiftAid {
    /// The gift.
    pub contribution_id: ContributionId,
    /// The charity that may claim; null: none is set up.
    pub claimant_id: Option<ClaimantId>,
    /// `eligible`; `not_yet`: something may still come; `never`.
    pub outcome: &'static str,
    /// Why not, a word of a fixed list; null: eligible.
    pub reason: Option<&'static str>,
    /// The same as a sentence.
    pub about: Option<&'static str>,
    /// The declaration that covers it; null: not eligible.
    pub declaration_id: Option<DeclarationId>,
    /// What it is worth, pence; null: not eligible, or the rate of its year is not law.
    pub tax_minor: Option<i64>,
}

impl GiftAid {
    /// What the facts say.
    pub fn of(facts: &Facts) -> GiftAid {
        let (outcome, reason, declaration_id) = match facts::eligibility(facts) {
            Eligibility::Eligible(id) => ("eligible", None, Some(id)),
            Eligibility::NotYet(reason) => ("not_yet", Some(reason), None),
            Eligibility::Never(reason) => ("never", Some(reason), None),
        };
        let left = facts.amount.minor() - facts.refunded_minor;
        GiftAid {
            contribution_id: facts.id,
            claimant_id: facts.claimant_id,
            outcome,
            reason: reason.map(|reason| reason.code()),
            about: reason.map(|reason| reason.about().trim()),
            declaration_id,
            tax_minor: declaration_id.and_then(|_| tax::on(left, facts.occurred_on)),
        }
    }
}

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributionId = req.path("id")?;
    let facts = FACTS.opt(db, (vec![id], req.viewer("giving.read")?)).await?;
    let facts = facts.ok_or_else(|| Problem::not_found("contribution"))?;
    Response::json(200, &GiftAid::of(&facts))
}
