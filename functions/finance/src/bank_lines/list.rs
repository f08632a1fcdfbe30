//! `GET /v1/finance/bank-lines`: lines of our bank's statements, and which of them are in the books.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::bank_lines::{BankLine, LINES, LineStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-bank-lines",
    method: Method::GET,
    path: "/v1/finance/bank-lines",
    summary: "Lists lines of our bank's statements by day, latest first; `unmatched` ones wait for a person.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<BankLine>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example {
            role: Some("auditor"),
            query: "filter[statement_id]=b4ef9e58-0ec7-50e2-ae60-6c6a01a8560d&filter[status]=unmatched&filter[booked_on][gte]=2026-04-01&filter[booked_on][lt]=2026-05-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-status",
            role: Some("auditor"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-booked_on"],
    filters: &[
        Filter { field: "bank_account_id", ops: &["eq"], about: "The account." },
        Filter { field: "statement_id", ops: &["eq"], about: "The statement." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
        Filter { field: "booked_on", ops: &["gte", "lt"], about: "Day of booking." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (account, statement) =
        (list.filter("bank_account_id", "eq")?, list.filter("statement_id", "eq")?);
    let status = list.filter("status", "eq")?.map(LineStatus::word);
    let (from, before) = (list.filter("booked_on", "gte")?, list.filter("booked_on", "lt")?);
    let (booked_on, id) = list.after()?;
    let filters = (account, statement, status, from, before, booked_on, id, list.fetch());
    list.page(LINES.all(db, filters).await?, |row| row.booked_on.to_string())
}
