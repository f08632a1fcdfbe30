//! `POST /v1/finance/disbursements/{id}/approve`: somebody else than its proposer lets it go.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Text;

use crate::{disbursements::step, posting::DRY_RUN, sql::disbursements::Disbursement};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-approve-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements/{id}/approve",
    summary: "Approves a proposed payment: the funds owe it to the partner from now on. Never by who proposed it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.approve"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::FOUR_EYES,
        problem::MILESTONE_NOT_APPROVED,
        problem::INSUFFICIENT_FUNDS,
        problem::CONFLICT,
        problem::PERIOD_CLOSED,
    ],
    answer: |req, db| Box::pin(approve(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "by-who-proposed-it",
            path: &["933b87bb-184d-5ddd-b670-27e6d9aadbc3"],
            headers: &[("idempotency-key", "own"), ("if-match", "\"1\"")],
            status: 403,
            ..GOOD
        },
        Example {
            name: "approved-before",
            path: &["f7f49853-c933-517d-a7b3-8a5e139a4a81"],
            headers: &[("idempotency-key", "twice"), ("if-match", "\"2\"")],
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
    role: Some("approver"),
    path: &["80e94cf3-a969-5eec-8b68-7567aa156205"],
    headers: &[("idempotency-key", "approve-1"), ("if-match", "\"1\"")],
    body: r#"{"comment": "Offer and drawings seen."}"#,
    ..Example::DEFAULT
};

/// What goes with the step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "DisbursementApproval")
)]
pub struct Input {
    /// A comment for whoever looks at it later.
    #[serde(default)]
    comment: Option<Text<500>>,
}

async fn approve(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { comment } = req.json()?;
    step(req, db, "approve", comment, None).await
}
