//! `POST /v1/finance/funds/{id}/close`: a fund has done its work.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use types::FundId;

use crate::{
    posting::{books, post},
    sql::{books::Fund, opening::CLOSE_FUND},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-close-fund",
    method: Method::POST,
    path: "/v1/finance/funds/{id}/close",
    summary: "Closes a fund in which no money stands, after the postings under way. It stays closed.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    reply: Shape::of::<Fund>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT, problem::NOT_EMPTY],
    answer: |req, db| Box::pin(close(req, db)),
    examples: &[
        GOOD,
        Example { name: "the-general-fund", path: &[crate::books::GENERAL], status: 409, ..GOOD },
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &[crate::books::HARVEST],
    headers: &[("idempotency-key", "close-the-fund")],
    ..Example::DEFAULT
};

async fn close(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: FundId = req.path("id")?;
    let closed = post(req, db, &CLOSE_FUND, (req.required_key()?, id))
        .await
        .on_constraint("funds_pkey", || Problem::not_found("fund"))
        .on_constraint("funds_open", || Problem::conflict("the fund is closed already"))
        .on_constraint("funds_general", || Problem::conflict("the general fund stays open"))
        .on_constraint("funds_parts", || {
            Problem::conflict("close the funds that are part of it first")
        })
        .on_constraint("funds_empty", || {
            Problem::new(
                problem::NOT_EMPTY,
                "spend or allocate what is left in each currency first",
            )
        });
    books(closed)?.changed(req, Problem::not_found("fund"))
}
