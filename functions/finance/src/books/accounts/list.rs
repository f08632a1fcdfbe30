//! `GET /v1/finance/accounts`: the leaf accounts with their balances.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{AccountId, Page};

use crate::sql::books::{ACCOUNTS, Account};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-accounts",
    method: Method::GET,
    path: "/v1/finance/accounts",
    summary: "Lists the accounts of the books with their exact balances, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Account>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "of-a-code",
            role: Some("auditor"),
            query: "filter[code]=1200&filter[currency]=GBP&localize=all",
            ..Example::DEFAULT
        },
        Example {
            name: "no-fund",
            role: Some("auditor"),
            query: "filter[fund_id]=GEN",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["id"],
    filters: &[
        Filter { field: "code", ops: &["eq"], about: "Nominal code, four digits." },
        Filter { field: "fund_id", ops: &["eq"], about: "The fund." },
        Filter { field: "currency", ops: &["eq"], about: "ISO 4217 code." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, _) = list.after::<AccountId, AccountId>()?;
    let filters = (
        list.filter("code", "eq")?,
        list.filter("fund_id", "eq")?,
        list.filter("currency", "eq")?,
        after,
        list.fetch(),
    );
    list.page(ACCOUNTS.all(db, filters).await?, |row| row.id.to_string())
}
