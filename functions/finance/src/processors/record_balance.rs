//! `POST /v1/finance/processor-balances`: record what a processor says that it holds for us.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Date, Line, Money, ProcessorBalanceId};

use crate::{
    posting::{books, post},
    sql::processors::{ProcessorBalance, RECORD_BALANCE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-processor-balance",
    method: Method::POST,
    path: "/v1/finance/processor-balances",
    summary: "Records what a processor's balance report says that it holds for us at the end of a day.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<ProcessorBalance>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(record(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-over",
            headers: &[("idempotency-key", "not-over")],
            body: r#"{"processor": "stripe", "day": "2099-01-01", "balance": {"amount": 12500, "currency": "GBP"}, "report_ref": "frr_2"}"#,
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
    headers: &[("idempotency-key", "balance-of-yesterday")],
    body: r#"{"processor": "stripe", "balance": {"amount": 12500, "currency": "GBP"}, "report_ref": "frr_1"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What the report says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewProcessorBalance")
)]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ProcessorBalanceId>,
    /// Whose report it is, as in contributions.
    processor: Line<50>,
    /// The day at whose end it is held, one of the last 60; absent: yesterday in the United Kingdom.
    #[serde(default)]
    day: Option<Date>,
    /// What is held, available or not, in minor units; negative: we owe it.
    balance: Money,
    /// The processor's name of the report.
    report_ref: Line<200>,
}

async fn record(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, processor, day, balance, report_ref } = req.json()?;
    let report = json!({
        "id": id, "processor": processor, "currency": balance.currency(), "day": day,
        "balance_minor": balance.minor(), "report_ref": report_ref,
    });
    let recorded = post(req, db, &RECORD_BALANCE, (req.required_key()?, report, req.actor()?))
        .await
        .on_constraint("processor_balances_pkey", || {
            Problem::already_recorded("report already recorded")
        })
        .on_constraint("processor_balances_same", || {
            Problem::already_recorded("the report was recorded before")
        })
        .on_constraint("processor_balances_day_key", || {
            Problem::conflict("the processor has reported another balance of this day and currency")
        })
        .on_constraint("processor_balances_processor_fkey", || {
            Problem::invalid("/processor", "names no processor that holds money for us")
        })
        .on_constraint("processor_balances_currency_fkey", || {
            Problem::invalid("/balance/currency", "is not a currency that our books take")
        })
        .on_constraint("processor_balances_day_range", || {
            Problem::invalid("/day", "must be over, and one of the last 60 days")
        });
    books(recorded)?.created(req, Problem::not_found("report"))
}
