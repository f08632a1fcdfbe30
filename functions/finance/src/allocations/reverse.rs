//! `POST /v1/finance/allocations/{id}/reverse`: move the money of an allocation back.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use types::AllocationId;

use crate::{
    posting::{DRY_RUN, Reason, books, post},
    sql::allocations::{Allocation, REVERSE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-reverse-allocation",
    method: Method::POST,
    path: "/v1/finance/allocations/{id}/reverse",
    summary: "Moves the money of an allocation back, if the fund still holds it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Reason>(),
    reply: Shape::of::<Allocation>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::INSUFFICIENT_FUNDS, problem::PERIOD_CLOSED, problem::CONFLICT],
    answer: |req, db| Box::pin(reverse(req, db)),
    examples: &[
        GOOD,
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        Example { name: "no-reason", body: "{}", status: 422, ..GOOD },
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["0e6de997-d479-5027-afa7-9bcdfffaf41a"],
    headers: &[("idempotency-key", "undo"), ("if-match", "\"2\"")],
    body: r#"{"reason": "The round was called off."}"#,
    ..Example::DEFAULT
};

async fn reverse(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: AllocationId = req.path("id")?;
    let version = req.if_match()?;
    let Reason { reason } = req.json()?;
    let params = (req.required_key()?, id, version, reason, req.actor()?, req.id().to_owned());
    let reversed = post(req, db, &REVERSE, params)
        .await
        .on_constraint("allocations_pkey", || Problem::not_found("allocation"))
        .on_constraint("allocations_version", api::stale)
        .on_constraint("allocations_status_transition", || {
            Problem::conflict("the allocation is not confirmed: there is nothing to move back")
        });
    books(reversed)?.changed(req, Problem::not_found("allocation"))
}
