//! `POST /v1/finance/contributions`: give money to a project, or to wherever it is needed most.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContributionId, ContributorId, Date, Money, ProjectId, Text};

use crate::{
    contributors::STAFF,
    sql::contributions::{CONTRIBUTE, Contribution},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-contribution",
    method: Method::POST,
    path: "/v1/finance/contributions",
    summary: "Records a contribution and posts its balanced journal, once per Idempotency-Key.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Roles(&["contributor", "treasurer"]),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contribution>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(contribute(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "by-the-treasurer",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "cheque-17")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 10000, "currency": "EUR"}, "occurred_on": "2026-11-02"}"#,
            ..GOOD
        },
        Example {
            name: "too-small",
            headers: &[("idempotency-key", "nothing")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 0, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-contributor",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "from-nobody")],
            body: r#"{"contributor_id": "00000000-0000-4000-8000-000000000000", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "for-somebody-else",
            headers: &[("idempotency-key", "not-mine")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-currency",
            headers: &[("idempotency-key", "in-gold")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "XAU"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "closed-period",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "long-ago")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}, "occurred_on": "1999-12-31"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "taken-id",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "again")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}, "id": "0dd70a6e-8f91-5fde-b0cb-26fee975e135"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "missing-key",
            headers: &[],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 400,
            ..GOOD
        },
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("contributor"),
    headers: &[("idempotency-key", "my-gift")],
    body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "note": "For the ovens."}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Money given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewContribution"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ContributionId>,
    /// Who gives.
    contributor_id: ContributorId,
    /// The project it is for; null: wherever it is needed most.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Gross amount in minor units.
    amount: Money,
    /// Words of the contributor.
    #[serde(default)]
    note: Option<Text<500>>,
    /// Day of the gift, the accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    occurred_on: Option<Date>,
}

async fn contribute(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, contributor_id, project_ref, amount, note, occurred_on } = req.json()?;
    if amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 minor unit"));
    }
    let viewer = req.viewer(STAFF)?;
    let key = req.required_key()?;
    let id = id.unwrap_or_else(ContributionId::new);
    let (actor, request_id) = (req.actor()?, req.id().to_owned());
    let params = (
        key.scope,
        key.key,
        key.fingerprint,
        id,
        contributor_id,
        project_ref,
        amount,
        note,
        occurred_on,
        actor,
        request_id,
        viewer,
    );
    let recorded = CONTRIBUTE
        .opt(db, params)
        .await
        .on_constraint("idempotency_keys_fingerprint", api::key_reused)
        .on_constraint("contributions_pkey", || Problem::conflict("contribution already recorded"))
        .on_constraint("contributions_contributor_id_fkey", unknown_contributor)
        .on_constraint("contributions_currency_fkey", || {
            Problem::invalid("/amount/currency", "is not a currency that our books take")
        })
        .on_constraint("accounting_periods_open", || {
            Problem::invalid("/occurred_on", "is in no open accounting period")
        })
        .map_err(api::in_progress)?;
    let recorded = recorded.ok_or_else(unknown_contributor)?;
    api::created_once(req, &recorded.contribution, recorded.replayed)
}

fn unknown_contributor() -> Problem {
    Problem::invalid("/contributor_id", "names no contributor that the caller may give for")
}
