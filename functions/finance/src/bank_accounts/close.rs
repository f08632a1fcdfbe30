//! `POST /v1/finance/bank-accounts/{id}/close`: no statement of an account comes any more.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::BankAccountId;

use crate::sql::bank::{BankAccount, CLOSE_ACCOUNT, FIND_ACCOUNT};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-close-bank-account",
    method: Method::POST,
    path: "/v1/finance/bank-accounts/{id}/close",
    summary: "Closes an account of ours at a bank: it takes no statements and is compared no more. It stays closed.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    reply: Shape::of::<BankAccount>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(close(req, db)),
    examples: &[
        GOOD,
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["764c3d93-486e-512e-bcb0-fca44b111f1b"],
    headers: &[("if-match", "\"1\"")],
    ..Example::DEFAULT
};

async fn close(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: BankAccountId = req.path("id")?;
    let version = req.if_match()?;
    if let Some(closed) = CLOSE_ACCOUNT.opt(db, (id, version, req.actor()?)).await? {
        return api::ok(req, &closed);
    }
    Err(match FIND_ACCOUNT.opt(db, (id,)).await? {
        None => Problem::not_found("bank account"),
        Some(account) if account.version != version => api::stale(),
        Some(_) => Problem::conflict("the account is closed already"),
    })
}
