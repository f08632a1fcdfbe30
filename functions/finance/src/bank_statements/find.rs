//! `GET /v1/finance/bank-statements/{id}`: one statement of our bank.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::BankStatementId;

use crate::sql::bank::{BankStatement, FIND_STATEMENT};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-bank-statement",
    method: Method::GET,
    path: "/v1/finance/bank-statements/{id}",
    summary: "Finds a statement of our bank.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<BankStatement>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["b4ef9e58-0ec7-50e2-ae60-6c6a01a8560d"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: BankStatementId = req.path("id")?;
    api::found(req, FIND_STATEMENT.opt(db, (id,)).await?, "statement")
}
