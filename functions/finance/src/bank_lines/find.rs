//! `GET /v1/finance/bank-lines/{id}`: one line of a statement, and what it may be.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::BankLineId;

use crate::sql::bank_lines::{BankLineWithCandidates, FIND_LINE};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-bank-line",
    method: Method::GET,
    path: "/v1/finance/bank-lines/{id}",
    summary: "Finds a line of a statement: what it is matched with, and what it may be.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<BankLineWithCandidates>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["908a0138-85b6-5a5e-86dc-888be1418edc"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: BankLineId = req.path("id")?;
    api::found(req, FIND_LINE.opt(db, (id,)).await?, "line")
}
