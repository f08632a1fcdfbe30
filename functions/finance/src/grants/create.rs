//! `POST /v1/finance/grants`: somebody will give us a grant.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Date, FundingApplicationId, GrantId, Line, Money, ProjectId};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::grants::{APPROVE, Grant},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-grant",
    method: Method::POST,
    path: "/v1/finance/grants",
    summary: "Records that an application of ours was approved: the money is owed to the fund from now on.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Grant>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(approve(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "approved-before",
            body: r#"{"application_ref": "d681d367-34fb-08c1-7a85-8f0c4f76810f", "payer_name": "Heritage Fund", "amount": {"amount": 250000, "currency": "GBP"}}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "nothing",
            body: r#"{"application_ref": "a37615a2-a522-5479-846c-6642ec361b47", "payer_name": "Heritage Fund", "amount": {"amount": 0, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "closed-period",
            body: r#"{"application_ref": "a37615a2-a522-5479-846c-6642ec361b47", "payer_name": "Heritage Fund", "amount": {"amount": 100, "currency": "GBP"}, "approved_on": "1999-12-31"}"#,
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
    headers: &[("idempotency-key", "solar-approved")],
    body: r#"{"application_ref": "a37615a2-a522-5479-846c-6642ec361b47", "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "payer_name": "Community Energy Trust", "amount": {"amount": 120000, "currency": "GBP"}, "approved_on": "2026-11-16"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What was approved, and by whom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewGrant"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<GrantId>,
    /// The funding application; one grant each.
    application_ref: FundingApplicationId,
    /// Project it is for; null: wherever it is needed most.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Who gives it.
    payer_name: Line<200>,
    /// How much, in minor units.
    amount: Money,
    /// Accounting date of the approval; today in the United Kingdom if absent.
    #[serde(default)]
    approved_on: Option<Date>,
}

async fn approve(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, application_ref, project_ref, payer_name, amount, approved_on } = req.json()?;
    if amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 minor unit"));
    }
    let grant = json!({
        "id": id,
        "application_ref": application_ref,
        "project_ref": project_ref,
        "payer_name": payer_name,
        "amount_minor": amount.minor(),
        "currency": amount.currency(),
        "approved_on": approved_on,
    });
    let params = (req.required_key()?, grant, req.actor()?, req.id().to_owned());
    let approved = post(req, db, &APPROVE, params)
        .await
        .on_constraint("grants_pkey", || Problem::already_recorded("grant already recorded"))
        .on_constraint("grants_application_ref_key", || {
            Problem::already_recorded("the application has its grant already")
        })
        .on_constraint("grants_currency_fkey", || {
            Problem::invalid("/amount/currency", "is not a currency that our books take")
        });
    books(approved)?.created(req, Problem::not_found("grant"))
}
