//! `POST /v1/finance/accounts/{id}/close`: nothing is posted to an account any more.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use types::AccountId;

use crate::{
    posting::{books, post},
    sql::{books::Account, opening::CLOSE_ACCOUNT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-close-account",
    method: Method::POST,
    path: "/v1/finance/accounts/{id}/close",
    summary: "Closes an empty account for postings, after those under way. It stays closed.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    localized: true,
    reply: Shape::of::<Account>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT, problem::NOT_EMPTY],
    answer: |req, db| Box::pin(close(req, db)),
    examples: &[
        GOOD,
        Example { name: "money-in-it", path: &[crate::books::BANK], status: 409, ..GOOD },
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &[crate::books::KRONER],
    headers: &[("idempotency-key", "close-the-bank")],
    ..Example::DEFAULT
};

async fn close(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: AccountId = req.path("id")?;
    let closed = post(req, db, &CLOSE_ACCOUNT, (req.required_key()?, id))
        .await
        .on_constraint("accounts_pkey", || Problem::not_found("account"))
        .on_constraint("accounts_open", || Problem::conflict("the account is closed already"))
        .on_constraint("accounts_empty", || {
            Problem::new(problem::NOT_EMPTY, "bring its balance to zero first")
        });
    books(closed)?.changed(req, Problem::not_found("account"))
}
