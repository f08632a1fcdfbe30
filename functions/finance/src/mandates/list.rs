//! `GET /v1/finance/mandates`: standing promises to give.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::mandates::{Mandate, MandateStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-mandates",
    method: Method::GET,
    path: "/v1/finance/mandates",
    summary: "Lists standing promises to give, newest first; a contributor sees only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Mandate>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "filter[status]=active", ..Example::DEFAULT },
        Example { name: "their-own", role: Some("contributor"), ..Example::DEFAULT },
        Example {
            name: "no-status",
            role: Some("auditor"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("editor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "contributor_id", ops: &["eq"], about: "Who gives." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let contributor = list.filter("contributor_id", "eq")?;
    let status = list.filter("status", "eq")?.map(MandateStatus::word);
    let (created_at, id) = list.after()?;
    let scope = req.scope("giving.read")?;
    let rows = NEWEST.all(db, (scope, contributor, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
