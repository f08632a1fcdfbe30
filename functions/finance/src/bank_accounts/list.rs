//! `GET /v1/finance/bank-accounts`: our accounts at banks.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::bank::{ACCOUNTS, BankAccount};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-bank-accounts",
    method: Method::GET,
    path: "/v1/finance/bank-accounts",
    summary: "Lists our accounts at banks, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<BankAccount>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (created_at, id) = list.after()?;
    let rows = ACCOUNTS.all(db, (created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
