//! `POST /v1/finance/grants/{id}/write-off`: the rest of a grant will not come.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};

use crate::{
    grants::{With, step},
    posting::{DRY_RUN, Reason},
    sql::grants::Grant,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-write-off-grant",
    method: Method::POST,
    path: "/v1/finance/grants/{id}/write-off",
    summary: "Writes off what is still to come of a grant that was paid in part.",
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
    path: &["38efa371-7e67-53fe-abde-bf01f200cc4a"],
    headers: &[("idempotency-key", "write-off-1"), ("if-match", "\"3\"")],
    body: r#"{"reason": "The last invoice came in late."}"#,
    ..Example::DEFAULT
};

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Reason { reason } = req.json()?;
    step(req, db, "write_off", With { words: Some(reason.as_str().to_owned()), ..With::default() })
        .await
}
