//! `POST /v1/finance/disbursements/{id}/withdraw`: it is not to be paid after all.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    disbursements::step,
    posting::{DRY_RUN, Reason},
    sql::disbursements::Disbursement,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-withdraw-disbursement",
    method: Method::POST,
    path: "/v1/finance/disbursements/{id}/withdraw",
    summary: "Withdraws a payment that has not been sent; an approval is reversed exactly.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.withdraw"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<Disbursement>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(withdraw(req, db)),
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
    path: &["f7f49853-c933-517d-a7b3-8a5e139a4a81"],
    headers: &[("idempotency-key", "withdraw-1"), ("if-match", "\"2\"")],
    body: r#"{"reason": "The partner does it for nothing."}"#,
    ..Example::DEFAULT
};

async fn withdraw(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    step(req, db, "withdraw", Some(reason), None).await
}
