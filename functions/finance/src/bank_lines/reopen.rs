//! `POST /v1/finance/bank-lines/{id}/reopen`: take back what was said of a line.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use super::step;
use crate::{
    posting::{DRY_RUN, Reason},
    sql::bank_lines::BankLineWithMatches,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-reopen-bank-line",
    method: Method::POST,
    path: "/v1/finance/bank-lines/{id}/reopen",
    summary: "Takes back how a line was matched or set aside; what the match booked is reversed by a journal.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<BankLineWithMatches>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::LINE_STATE, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(answer(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "never-matched",
            path: &["ba20efb5-5c48-5709-bc17-e3c7b97eaeb4"],
            headers: &[("idempotency-key", "never-matched"), ("if-match", "\"1\"")],
            status: 409,
            ..GOOD
        },
        Example { name: "no-reason", body: r#"{"reason": " "}"#, status: 422, ..GOOD },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["bbed6ef2-311e-5f6b-b228-0c993d733e6f"],
    headers: &[("idempotency-key", "reopen-1"), ("if-match", "\"2\"")],
    body: r#"{"reason": "Given back by the bank in May."}"#,
    ..Example::DEFAULT
};

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    step(req, db, "reopen", &reason).await
}
