//! `POST /v1/finance/disbursements/{id}/fail`: the bank has not paid.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    disbursements::step,
    posting::{DRY_RUN, Reason},
    sql::disbursements::Disbursement,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-fail-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements/{id}/fail",
    summary: "Records that the bank refused or returned a payment under way; it may be sent again or withdrawn.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(fail(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-reason", body: "{}", status: 422, ..GOOD },
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
    path: &["060824a1-f4cc-59f7-92d6-9989fac1411f"],
    headers: &[("idempotency-key", "fail-1"), ("if-match", "\"3\"")],
    body: r#"{"reason": "Account closed"}"#,
    ..Example::DEFAULT
};

async fn fail(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    step(req, db, "fail", Some(reason), None).await
}
