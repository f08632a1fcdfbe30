//! `POST /v1/finance/allocations`: move money from one fund to others.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::{ContributionId, FundId, Money, ProjectId, StageId, Text, ThemeId};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::allocations::{ALLOCATE, Allocation},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-allocations",
    method: Method::POST,
    path: "/v1/finance/allocations",
    summary: "Moves money from one fund to one or several others, shared out to the last penny, all or none.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Allocated>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::ALREADY_RECORDED,
        problem::INSUFFICIENT_FUNDS,
        problem::NOT_THE_PURPOSE,
        problem::PERIOD_CLOSED,
        problem::CONFLICT,
    ],
    answer: |req, db| Box::pin(allocate(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "a-pool-among-three",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 10000, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17"}, {"project_ref": "bfe66c82-2203-5d0b-9154-deaf37beb63b"}, {"theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19"}], "reason": "Autumn round"}"#,
            ..GOOD
        },
        Example {
            name: "more-than-there-is",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 100000000000, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17"}], "reason": "Wishful"}"#,
            status: 402,
            ..GOOD
        },
        Example {
            name: "unknown-fund",
            body: r#"{"from_fund_id": "00000000-0000-4000-8000-000000000000", "amount": {"amount": 100, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17"}], "reason": "From nowhere"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-stage",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 100, "currency": "GBP"}, "to": [{"stage_ref": "00000000-0000-4000-8000-000000000000"}], "reason": "To nowhere"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "to-itself",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 100, "currency": "GBP"}, "to": [{"fund_id": "04b25f59-033c-502c-ac71-430477286633"}], "reason": "In circles"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "two-targets-in-one",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 100, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19"}], "reason": "Undecided"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "too-little-to-share",
            body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 1, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17"}, {"project_ref": "bfe66c82-2203-5d0b-9154-deaf37beb63b"}], "reason": "One penny"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "autumn-1")],
    body: r#"{"from_fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 5000, "currency": "GBP"}, "to": [{"project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17"}], "reason": "The ovens come first"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Targets of one request.
const MAX_TARGETS: usize = 100;

/// What moves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewAllocations"))]
pub struct Input {
    /// Fund it leaves.
    from_fund_id: FundId,
    /// All of it, in minor units.
    amount: Money,
    /// Where it goes, 1 to 100 targets: shared in proportion to their weights, by largest remainder.
    to: Vec<Target>,
    /// Contribution it is part of; null: out of the pool.
    #[serde(default)]
    contribution_id: Option<ContributionId>,
    /// Why.
    reason: Text<500>,
}

/// A fund, by its own id or by its purpose: exactly one of the four.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "AllocationTarget")
)]
pub struct Target {
    /// The fund itself.
    #[serde(default)]
    fund_id: Option<FundId>,
    /// The fund of a project.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// The fund of a theme.
    #[serde(default)]
    theme_ref: Option<ThemeId>,
    /// The fund of a funding stage.
    #[serde(default)]
    stage_ref: Option<StageId>,
    /// Its share among the targets; 1 if absent.
    #[serde(default)]
    weight: Option<u32>,
}

/// What moved, one row for each target, in their order.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Allocated {
    /// The allocations.
    pub data: Vec<Allocation>,
}

/// Shares the amount out, as `giving.allocate` takes it.
fn share_out(amount: Money, to: &[Target]) -> Result<Value, Problem> {
    if to.is_empty() || to.len() > MAX_TARGETS {
        return Err(Problem::invalid("/to", format!("must have 1 to {MAX_TARGETS} targets")));
    }
    let weights: Vec<u64> = to.iter().map(|target| target.weight.unwrap_or(1).into()).collect();
    let parts = amount.split(&weights);
    let parts =
        parts.map_err(|_| Problem::invalid("/to/0/weight", "must be above 0 for one of them"))?;
    let mut targets = Vec::new();
    for (index, (target, part)) in to.iter().zip(parts).enumerate() {
        let Target { fund_id, project_ref, theme_ref, stage_ref, .. } = target;
        let named =
            [fund_id.is_some(), project_ref.is_some(), theme_ref.is_some(), stage_ref.is_some()];
        if named.into_iter().filter(|named| *named).count() != 1 {
            let detail = "must name exactly one of fund_id, project_ref, theme_ref and stage_ref";
            return Err(Problem::invalid(format!("/to/{index}"), detail));
        }
        if part.minor() < 1 {
            return Err(Problem::invalid(format!("/to/{index}"), "would get nothing"));
        }
        targets.push(json!({
            "fund_id": fund_id, "project_ref": project_ref, "theme_ref": theme_ref, "stage_ref": stage_ref,
            "amount_minor": part.minor(),
        }));
    }
    Ok(Value::Array(targets))
}

async fn allocate(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { from_fund_id, amount, to, contribution_id, reason } = req.json()?;
    if amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 minor unit"));
    }
    let params = (
        req.required_key()?,
        from_fund_id,
        amount.currency(),
        share_out(amount, &to)?,
        contribution_id,
        reason,
        req.actor()?,
        req.id().to_owned(),
    );
    let invalid =
        |pointer: &'static str, detail: &'static str| move || Problem::invalid(pointer, detail);
    let moved = post(req, db, &ALLOCATE, params)
        .await
        .on_constraint("allocations_pkey", || {
            Problem::already_recorded("allocation already recorded")
        })
        .on_constraint(
            "allocations_from_fund_id_fkey",
            invalid("/from_fund_id", "is no fund of ours"),
        )
        .on_constraint(
            "allocations_to_fund_id_fkey",
            invalid("/to", "names a fund that is none of ours"),
        )
        .on_constraint(
            "funds_stage_ref_fkey",
            invalid("/to", "names a stage that we were not told of"),
        )
        .on_constraint(
            "allocations_contribution_id_fkey",
            invalid("/contribution_id", "names no contribution"),
        )
        .on_constraint(
            "allocations_currency_fkey",
            invalid("/amount/currency", "is not a currency that our books take"),
        )
        .on_constraint(
            "allocations_funds_differ",
            invalid("/to", "names the fund that it comes from"),
        )
        .on_constraint(
            "allocations_currency_of_contribution",
            invalid("/amount/currency", "is not the currency of the contribution"),
        )
        .on_constraint(
            "allocations_total",
            invalid("/amount/amount", "is more than is left of the contribution"),
        )
        .on_constraint("allocations_designation", || {
            let detail = "the fund is restricted, and a target is no part of its purpose";
            Problem::new(problem::NOT_THE_PURPOSE, detail)
        });
    books(moved)?.all()
}
