//! `POST /v1/finance/disbursements/{id}/send`: the bank has the order.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::PartnerBankAccountId;

use crate::{disbursements::step, posting::DRY_RUN, sql::disbursements::Disbursement};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-send-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements/{id}/send",
    summary: "Records that the bank was told to pay: only to a verified account of the partner, three days old.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::BANK_ACCOUNT_UNUSABLE, problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(send(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "unknown-account",
            body: r#"{"bank_account_id": "00000000-0000-4000-8000-000000000000"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "not-approved",
            path: &["80e94cf3-a969-5eec-8b68-7567aa156205"],
            headers: &[("idempotency-key", "early"), ("if-match", "\"1\"")],
            status: 409,
            ..GOOD
        },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["f7f49853-c933-517d-a7b3-8a5e139a4a81"],
    headers: &[("idempotency-key", "send-1"), ("if-match", "\"2\"")],
    body: r#"{}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "DisbursementOrder")
)]
pub struct Input {
    /// Where it is paid, if the proposal does not say or the bank refused that.
    #[serde(default)]
    bank_account_id: Option<PartnerBankAccountId>,
}

async fn send(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { bank_account_id } = req.json()?;
    step(req, db, "send", None, bank_account_id).await
}
