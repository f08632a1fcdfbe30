//! `POST /v1/finance/mandates`: somebody promises to give again and again.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ContributorId, Date, Line, MandateId, Money, ProjectId};

use crate::{
    posting::{books, post},
    sql::mandates::{CREATE, Frequency, Mandate},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-mandate",
    method: Method::POST,
    path: "/v1/finance/mandates",
    summary: "Records a standing promise to give; it is collected once its processor knows it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Mandate>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "for-somebody-else",
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "processor": "gocardless", "amount": {"amount": 500, "currency": "GBP"}, "frequency": "monthly"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "nothing",
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "processor": "gocardless", "amount": {"amount": 0, "currency": "GBP"}, "frequency": "monthly"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "ends-before-it-starts",
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "processor": "gocardless", "amount": {"amount": 500, "currency": "GBP"}, "frequency": "monthly", "starts_on": "2027-01-01", "ends_on": "2026-12-31"}"#,
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
    role: Some("contributor"),
    headers: &[("idempotency-key", "every-month")],
    body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "processor": "gocardless", "amount": {"amount": 500, "currency": "GBP"}, "frequency": "monthly", "day_of_month": 1}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A standing promise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewMandate"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<MandateId>,
    /// Who gives.
    contributor_id: ContributorId,
    /// Project it is for; absent: wherever it is needed most.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Who collects it.
    processor: Line<50>,
    /// What is collected each time.
    amount: Money,
    /// How often.
    frequency: Frequency,
    /// Day of collection, 1 to 28; absent: that of the first one.
    #[serde(default)]
    day_of_month: Option<i32>,
    /// No collection before it; absent: today.
    #[serde(default)]
    starts_on: Option<Date>,
    /// No collection after it.
    #[serde(default)]
    ends_on: Option<Date>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    if input.amount.minor() < 1 {
        return Err(Problem::invalid("/amount/amount", "must be at least 1 minor unit"));
    }
    if input.day_of_month.is_some() && matches!(input.frequency, Frequency::Weekly) {
        return Err(Problem::invalid("/day_of_month", "does not go with weekly: leave it out"));
    }
    let mandate = json!({
        "id": input.id, "contributor_id": input.contributor_id, "project_ref": input.project_ref,
        "processor": input.processor, "amount_minor": input.amount.minor(),
        "currency": input.amount.currency(), "frequency": input.frequency.word(),
        "day_of_month": input.day_of_month, "starts_on": input.starts_on, "ends_on": input.ends_on,
    });
    let params = (req.required_key()?, mandate, req.scope("giving.read")?, req.actor()?);
    let made = post(req, db, &CREATE, params)
        .await
        .on_constraint("recurring_mandates_pkey", || {
            Problem::already_recorded("mandate already recorded")
        })
        .on_constraint("recurring_mandates_contributor_id_fkey", unknown_contributor)
        .on_constraint("recurring_mandates_processor_fkey", || {
            Problem::invalid("/processor", "is no processor that collects for us")
        })
        .on_constraint("recurring_mandates_currency_of_processor", || {
            Problem::invalid("/amount/currency", "is not a currency that the processor takes")
        })
        .on_constraint("recurring_mandates_day_of_month_range", || {
            Problem::invalid("/day_of_month", "must be 1 to 28")
        })
        .on_constraint("recurring_mandates_span", || {
            Problem::invalid("/ends_on", "must not be before starts_on")
        });
    books(made)?.created(req, unknown_contributor())
}

fn unknown_contributor() -> Problem {
    Problem::invalid("/contributor_id", "names no contributor that the caller may promise for")
}
