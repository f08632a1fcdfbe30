//! `GET /v1/finance/journals`: what was posted.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{JournalId, Page};

use crate::sql::books::{JOURNALS, Journal};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-journals",
    method: Method::GET,
    path: "/v1/finance/journals",
    summary: "Lists journals, last posted first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Journal>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "of-a-contribution",
            role: Some("auditor"),
            query: "filter[source_type]=contribution&filter[source_id]=7a15bccd-19e9-5356-b192-e3d97940345c",
            ..Example::DEFAULT
        },
        Example {
            name: "of-a-kind-and-month",
            role: Some("auditor"),
            query: "filter[kind]=contribution.settled&filter[effective_date][gte]=2026-07-01&filter[effective_date][lt]=2026-08-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-day",
            role: Some("auditor"),
            query: "filter[effective_date][gte]=July",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-posted"],
    filters: &[
        Filter { field: "kind", ops: &["eq"], about: "What was posted: contribution.settled." },
        Filter { field: "source_type", ops: &["eq"], about: "What caused it, singular." },
        Filter { field: "source_id", ops: &["eq"], about: "Which one." },
        Filter { field: "effective_date", ops: &["gte", "lt"], about: "Accounting date." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, _) = list.after::<JournalId, JournalId>()?;
    let filters = (
        list.filter("kind", "eq")?,
        list.filter("source_type", "eq")?,
        list.filter("source_id", "eq")?,
        list.filter("effective_date", "gte")?,
        list.filter("effective_date", "lt")?,
        after,
        list.fetch(),
    );
    list.page(JOURNALS.all(db, filters).await?, |row| row.id.to_string())
}
