//! `GET /v1/finance/accounts/{id}/entries`: the statement of an account.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{AccountId, Page};

use crate::sql::books::{ACCOUNT_ENTRIES, AccountEntry};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-account-entries",
    method: Method::GET,
    path: "/v1/finance/accounts/{id}/entries",
    summary: "Lists the entries of an account, last posted first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<AccountEntry>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { query: "limit=2", ..GOOD },
        Example {
            name: "of-a-month",
            query: "filter[effective_date][gte]=2026-07-01&filter[effective_date][lt]=2026-08-01",
            ..GOOD
        },
        Example { name: "no-day", query: "filter[effective_date][lt]=July", status: 422, ..GOOD },
        Example { name: "no-id", path: &["1200"], status: 404, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &[crate::books::BANK], ..Example::DEFAULT };

const LIST: List = List {
    sorts: &["-posted"],
    filters: &[Filter {
        field: "effective_date",
        ops: &["gte", "lt"],
        about: "Accounting date of the journal.",
    }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let id: AccountId = req.path("id")?;
    let (journal, line) = list.after()?;
    let (from, before) =
        (list.filter("effective_date", "gte")?, list.filter("effective_date", "lt")?);
    let entries = (id, from, before, journal, line, list.fetch());
    list.page(ACCOUNT_ENTRIES.all(db, entries).await?, |row| row.journal_id.to_string())
}
