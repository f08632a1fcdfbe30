//! `GET /v1/finance/journal-proposals`: journals that wait for a second person, and what became of them.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::proposals::{JournalProposal, NEWEST, ProposalStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-journal-proposals",
    method: Method::GET,
    path: "/v1/finance/journal-proposals",
    summary: "Lists journals that people want to post by hand, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<JournalProposal>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "filter[status]=proposed", ..Example::DEFAULT },
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
    sorts: &["-created_at"],
    filters: &[Filter { field: "status", ops: &["eq"], about: "Where it stands." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let status = list.filter("status", "eq")?.map(ProposalStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
