//! `POST /v1/finance/grants/{id}/withdraw`: who promised a grant takes it back before paying.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    grants::{With, step},
    posting::{DRY_RUN, Reason},
    sql::grants::Grant,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-withdraw-grant",
    method: Method::POST,
    path: "/v1/finance/grants/{id}/withdraw",
    summary: "Takes the approval of a grant back of which nothing was paid.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<Grant>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CONFLICT, problem::PERIOD_CLOSED],
    answer: |req, db| Box::pin(answer(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-reason", body: r#"{}"#, status: 422, ..GOOD },
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
    path: &["f09c70bc-b12e-5c00-b3a6-3672fa29e2b6"],
    headers: &[("idempotency-key", "withdraw-1"), ("if-match", "\"2\"")],
    body: r#"{"reason": "The programme was closed."}"#,
    ..Example::DEFAULT
};

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    step(req, db, "withdraw", With { words: Some(reason.as_str().to_owned()), ..With::default() })
        .await
}
