//! `GET /v1/finance/bank-statements`: what our bank has said so far.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::bank::{BankStatement, STATEMENTS};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-bank-statements",
    method: Method::GET,
    path: "/v1/finance/bank-statements",
    summary: "Lists statements of our bank, newest first, with how many lines of each wait for their journal.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<BankStatement>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example {
            role: Some("auditor"),
            query: "filter[bank_account_id]=b152cc9c-db18-549d-80d4-0f4eeecb6c12",
            ..Example::DEFAULT
        },
        Example {
            name: "no-id",
            role: Some("auditor"),
            query: "filter[bank_account_id]=main",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[Filter { field: "bank_account_id", ops: &["eq"], about: "The account." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let account = list.filter("bank_account_id", "eq")?;
    let (created_at, id) = list.after()?;
    let rows = STATEMENTS.all(db, (account, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
