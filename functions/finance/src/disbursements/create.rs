//! `POST /v1/finance/disbursements`: propose a payment to a partner.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{
    DisbursementId, FundId, MilestoneId, Money, PartnerBankAccountId, PartnerId, ProjectId,
    StageId, Text,
};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::disbursements::{Disbursement, PROPOSE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements",
    summary: "Proposes a payment to a partner; somebody else has to approve it before anything is posted.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(propose(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "unknown-partner",
            body: r#"{"partner_ref": "00000000-0000-4000-8000-000000000000", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "without_milestone_reason": "Small", "amount": {"amount": 1000, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-milestone",
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "milestone_ref": "00000000-0000-4000-8000-000000000000", "milestone_version": 1, "amount": {"amount": 1000, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-milestone-and-no-reason",
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "amount": {"amount": 1000, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "lines-do-not-add-up",
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "without_milestone_reason": "Small", "amount": {"amount": 1000, "currency": "GBP"}, "lines": [{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": 999, "currency": "GBP"}}]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("approver"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "insulation-1")],
    body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "without_milestone_reason": "A survey before the first stage", "amount": {"amount": 4000, "currency": "GBP"}}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Funds that one payment is taken from.
const MAX_LINES: usize = 100;

/// What is to be paid, to whom, and from where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewDisbursement"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<DisbursementId>,
    /// Partner who is paid.
    partner_ref: PartnerId,
    /// Where; it can be said when it is sent.
    #[serde(default)]
    bank_account_id: Option<PartnerBankAccountId>,
    /// Project it is for.
    project_ref: ProjectId,
    /// Funding stage it is for; its fund pays, else the project's.
    #[serde(default)]
    stage_ref: Option<StageId>,
    /// Milestone whose approval releases it.
    #[serde(default)]
    milestone_ref: Option<MilestoneId>,
    /// Version of the milestone; one payment for each.
    #[serde(default)]
    milestone_version: Option<i32>,
    /// Why no milestone is needed, if there is none.
    #[serde(default)]
    without_milestone_reason: Option<Text<500>>,
    /// How much, in minor units.
    amount: Money,
    /// Which funds it is taken from, if not that of the stage or project: they add up to the amount.
    #[serde(default)]
    lines: Option<Vec<Line>>,
}

/// Part of a payment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewDisbursementLine")
)]
pub struct Line {
    /// Fund it is taken from.
    fund_id: FundId,
    /// How much, in minor units of the payment's currency.
    amount: Money,
}

/// What can be said without the database.
fn check(input: &Input) -> Result<(), Problem> {
    let refuse = |pointer: &str, detail: &str| Err(Problem::invalid(pointer, detail));
    if input.amount.minor() < 1 {
        return refuse("/amount/amount", "must be at least 1 minor unit");
    }
    if input.milestone_ref.is_some() != input.milestone_version.is_some() {
        return refuse("/milestone_version", "goes with milestone_ref");
    }
    if input.milestone_ref.is_some() == input.without_milestone_reason.is_some() {
        return refuse("/without_milestone_reason", "is needed without a milestone, and only then");
    }
    let Some(lines) = &input.lines else { return Ok(()) };
    if lines.is_empty() || lines.len() > MAX_LINES {
        return refuse("/lines", "must be 1 to 100");
    }
    let mut total = Money::zero(input.amount.currency());
    for (index, line) in lines.iter().enumerate() {
        if line.amount.minor() < 1 {
            return refuse(
                &format!("/lines/{index}/amount/amount"),
                "must be at least 1 minor unit",
            );
        }
        total = total
            .checked_add(line.amount)
            .map_err(|e| Problem::invalid(format!("/lines/{index}/amount"), e.to_string()))?;
    }
    if total == input.amount { Ok(()) } else { refuse("/lines", "must add up to the amount") }
}

async fn propose(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    check(&input)?;
    let lines = input.lines.map(|lines| {
        let line =
            |line: Line| json!({ "fund_id": line.fund_id, "amount_minor": line.amount.minor() });
        lines.into_iter().map(line).collect::<Vec<_>>()
    });
    let mut proposal = json!({
        "id": input.id,
        "partner_ref": input.partner_ref,
        "bank_account_id": input.bank_account_id,
        "project_ref": input.project_ref,
        "stage_ref": input.stage_ref,
        "milestone_ref": input.milestone_ref,
        "milestone_version": input.milestone_version,
        "without_milestone_reason": input.without_milestone_reason,
        "amount_minor": input.amount.minor(),
        "currency": input.amount.currency(),
    });
    if let Some(lines) = lines {
        proposal["lines"] = lines.into();
    }
    let params = (req.required_key()?, proposal, req.actor()?, req.id().to_owned());
    let invalid =
        |pointer: &'static str, detail: &'static str| move || Problem::invalid(pointer, detail);
    let proposed = post(req, db, &PROPOSE, params)
        .await
        .on_constraint("disbursements_pkey", || {
            Problem::already_recorded("disbursement already recorded")
        })
        .on_constraint("disbursements_milestone_key", || {
            Problem::already_recorded("this version of the milestone has a payment already")
        })
        .on_constraint(
            "disbursements_partner_ref_fkey",
            invalid("/partner_ref", "names a partner that we were not told of"),
        )
        .on_constraint(
            "disbursements_milestone_ref_fkey",
            invalid("/milestone_ref", "names a milestone that we were not told of"),
        )
        .on_constraint(
            "funds_stage_ref_fkey",
            invalid("/stage_ref", "names a stage that we were not told of"),
        )
        .on_constraint(
            "disbursements_bank_account_id_fkey",
            invalid("/bank_account_id", "names no bank account"),
        )
        .on_constraint(
            "disbursements_currency_fkey",
            invalid("/amount/currency", "is not a currency that our books take"),
        )
        .on_constraint(
            "disbursements_milestone_version_range",
            invalid("/milestone_version", "must be 0 to 2,000,000,000"),
        )
        .on_constraint(
            "disbursement_lines_fund_id_fkey",
            invalid("/lines", "names a fund that is none of ours"),
        );
    books(proposed)?.created(req, Problem::not_found("disbursement"))
}
