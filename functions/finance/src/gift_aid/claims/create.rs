//! `POST /v1/finance/gift-aid/claims`: collect what can be claimed into a draft.
use api::{
    Allow, Example, Fault, Idempotency, Method, OnConstraint as _, Problem, Request, Response,
    Route, Shape, problem,
};
use db::{Access, Connection, Domain, Session};
use giftaid::{
    eligibility::Eligibility,
    fields::{Donor, Known},
    limits::{Entity, YearEnd, last_claim_day},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::{ClaimId, ClaimantId, ContributionId, Line};

use super::file;
use crate::{
    gift_aid::facts,
    sql::{
        claims::{CLAIMABLE, COLLECT, Claim, Claimable},
        gift_aid::FACTS,
    },
};

/// Lines of one claim: what a schedule of Charities Online takes.
const MAX_LINES: i64 = 1_000;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims",
    summary: "Collects gifts that can be claimed into a draft, oldest first, and shows each change of a name.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Collected>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::CONFLICT,
        problem::CLAIM_CHANGED,
        problem::NOTHING_TO_CLAIM,
        problem::NOT_CLAIMABLE,
    ],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "taken-reference",
            headers: &[("idempotency-key", "taken")],
            body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "reference": "DEMO-1"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "gift-of-a-trust",
            headers: &[("idempotency-key", "trust")],
            body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "reference": "B", "contribution_ids": ["528fa386-6967-580e-8e75-2e8697a94ee6"]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-charity",
            headers: &[("idempotency-key", "nobody")],
            body: r#"{"claimant_id": "00000000-0000-4000-8000-000000000000", "reference": "C"}"#,
            status: 409,
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
    headers: &[("idempotency-key", "november")],
    body: r#"{"claimant_id": "f021abd7-675f-5bff-9e78-d633187e52fa", "reference": "2026-11"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What to claim.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewClaim"))]
pub struct Input {
    /// The charity that claims.
    claimant_id: ClaimantId,
    /// Our own name of the claim, used once.
    reference: Line<35>,
    /// These gifts only, each of which must be claimable, at most 1,000; all that are if absent.
    #[serde(default)]
    contribution_ids: Option<Vec<ContributionId>>,
}

/// A draft, with what a person should look at before it is validated.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Collected {
    /// The draft.
    #[serde(flatten)]
    pub claim: Claim,
    /// Characters that the tax office cannot hold, and what stands for them.
    pub changes: Vec<Changed>,
    /// Gifts that were left out, because of what is known of who gave them.
    pub left_out: Vec<LeftOut>,
}

/// A character that was changed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Changed {
    /// The gift.
    pub contribution_id: ContributionId,
    /// `title`, `first_name`, `last_name`, `house` or `postcode`.
    pub field: &'static str,
    /// As it is known.
    pub from: String,
    /// As it is sent; empty if nothing stands for it.
    pub to: String,
}

/// A gift that was left out.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// The gift.
    pub contribution_id: ContributionId,
    /// The field that the tax office would refuse, or `donated_on`: its time is over.
    pub field: &'static str,
    /// The rule that it breaks.
    pub rule: String,
}

impl api::Resource for Collected {
    fn id(&self) -> String {
        api::Resource::id(&self.claim)
    }
    fn version(&self) -> Option<i32> {
        api::Resource::version(&self.claim)
    }
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { claimant_id, reference, contribution_ids } = req.json()?;
    let actor = req.actor()?;
    if contribution_ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > 1_000) {
        return Err(Problem::invalid("/contribution_ids", "must name 1 to 1,000 gifts"));
    }
    api::once(req, db, async |on| {
        if let Some(ids) = &contribution_ids {
            refuse_unclaimable(on, ids).await?;
        }
        let named =
            contribution_ids.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect());
        let gifts = CLAIMABLE.all(on, (claimant_id, named, MAX_LINES)).await?;
        let (lines, changes, left_out) = prepare(gifts);
        if lines.is_empty() {
            let detail = match left_out.len() {
                0 => "every gift that can be claimed is in a claim".to_owned(),
                n => format!("{n} gifts wait for a name or an address that the tax office takes"),
            };
            return Err(Problem::new(problem::NOTHING_TO_CLAIM, detail));
        }
        let params =
            (ClaimId::new(), claimant_id, reference.to_string(), Value::Array(lines), actor);
        let claim = COLLECT
            .one(on, params)
            .await
            .on_constraint("claims_reference_key", || {
                Problem::conflict("the charity has a claim of this reference")
            })
            .on_constraint("claim_lines_accrual", changed)
            .on_constraint("claim_lines_contribution_id_key", changed)
            .on_constraint("claim_lines_gift_status", changed)
            .on_constraint("claim_lines_gift_amount", changed)
            .on_constraint("claim_lines_declaration_covers", changed)?;
        api::created(req, &Collected { claim, changes, left_out })
    })
    .await
}

fn changed() -> Problem {
    Problem::new(
        problem::CLAIM_CHANGED,
        "a gift was claimed, refunded or undeclared meanwhile: try again",
    )
}

/// Every gift that was asked for must be claimable; each that is not is named with its reason.
async fn refuse_unclaimable(on: &impl Connection, ids: &[ContributionId]) -> Result<(), Problem> {
    let known = FACTS.all(on, (ids.to_vec(), None)).await?;
    let mut errors = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let detail = match known.iter().find(|gift| gift.id == *id).map(facts::eligibility) {
            Some(Eligibility::Eligible(_)) => continue,
            Some(Eligibility::NotYet(reason) | Eligibility::Never(reason)) => {
                format!("{}: {}", reason.code(), reason.about().trim())
            }
            None => "unknown: no such contribution".to_owned(),
        };
        let pointer = Some(format!("/contribution_ids/{at}"));
        errors.push(Fault { pointer, parameter: None, header: None, detail });
    }
    let Some(first) = errors.first() else { return Ok(()) };
    let mut problem = Problem::new(problem::NOT_CLAIMABLE, first.detail.clone());
    problem.errors = errors;
    Err(problem)
}

/// Lines as the tax office takes them, what was changed for that, and what was left out.
fn prepare(gifts: Vec<Claimable>) -> (Vec<Value>, Vec<Changed>, Vec<LeftOut>) {
    let (mut lines, mut changes, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for gift in gifts {
        let contribution_id = gift.contribution_id;
        let entity = gift.entity_type.parse().unwrap_or(Entity::Company);
        let year_end = gift.year_end.parse().unwrap_or(YearEnd::MARCH);
        if last_claim_day(entity, year_end, gift.donated_on) < gift.today {
            let rule = "out_of_time".to_owned();
            left_out.push(LeftOut { contribution_id, field: "donated_on", rule });
            continue;
        }
        let (donor, changed) = Donor::of(Known {
            title: gift.title.as_deref().unwrap_or_default(),
            first_name: &gift.first_name,
            last_name: &gift.last_name,
            house: &gift.house,
            postcode: gift.postcode.as_deref(),
        });
        if let Some((field, rule)) = file::faults(&donor).into_iter().next() {
            left_out.push(LeftOut { contribution_id, field, rule: rule.code().to_owned() });
            continue;
        }
        changes.extend(changed.into_iter().map(|(field, change)| Changed {
            contribution_id,
            field,
            from: change.from,
            to: change.to,
        }));
        lines.push(json!({
            "accrual_id": gift.accrual_id, "title": donor.title, "first_name": donor.first_name,
            "last_name": donor.last_name, "house": donor.house, "postcode": file::postcode(&donor),
        }));
    }
    (lines, changes, left_out)
}
