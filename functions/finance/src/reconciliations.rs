//! `GET /v1/finance/reconciliations`: where our books agree with our bank and our processors, and where not.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::bank::{Outcome, RECONCILIATIONS, Reconciliation};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-reconciliations",
    method: Method::GET,
    path: "/v1/finance/reconciliations",
    summary: "Lists what came of comparing our books with our bank's statements and processors' reports, newest first.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Reconciliation>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), query: "filter[outcome]=different", ..Example::DEFAULT },
        Example {
            name: "no-outcome",
            role: Some("auditor"),
            query: "filter[outcome]=maybe",
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
    filters: &[Filter { field: "outcome", ops: &["eq"], about: "What came out." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let outcome = list.filter("outcome", "eq")?.map(Outcome::word);
    let (created_at, id) = list.after()?;
    let rows = RECONCILIATIONS.all(db, (outcome, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
