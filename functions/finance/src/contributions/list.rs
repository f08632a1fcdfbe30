//! `GET /v1/finance/contributions`: what was given.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::contributions::{Contribution, ContributionStatus, NEWEST, OLDEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-contributions",
    method: Method::GET,
    path: "/v1/finance/contributions",
    summary: "Lists contributions, a page at a time; a contributor sees only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Contribution>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example { name: "their-own", role: Some("contributor"), ..Example::DEFAULT },
        Example {
            name: "of-a-project",
            role: Some("auditor"),
            query: "filter[project_ref]=b0a8bbb8-9e13-5c82-8432-0f12ccfcd372&filter[status]=settled&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "of-a-month",
            role: Some("auditor"),
            query: "filter[occurred_on][gte]=2026-07-01&filter[occurred_on][lt]=2026-08-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-day",
            role: Some("auditor"),
            query: "filter[occurred_on][gte]=July",
            status: 422,
            ..Example::DEFAULT
        },
        Example {
            name: "foreign-cursor",
            role: Some("auditor"),
            query: "cursor=Zm9yZWlnbg",
            status: 400,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("editor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at", "created_at"],
    filters: &[
        Filter { field: "contributor_id", ops: &["eq"], about: "Who gave." },
        Filter { field: "project_ref", ops: &["eq"], about: "The project it was given for." },
        Filter { field: "status", ops: &["eq"], about: "What became of it." },
        Filter { field: "occurred_on", ops: &["gte", "lt"], about: "Day of the gift." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let scope = req.scope("giving.read")?;
    let contributor = list.filter("contributor_id", "eq")?;
    let project = list.filter("project_ref", "eq")?;
    let status = list.filter("status", "eq")?.map(ContributionStatus::word);
    let (from, before) = (list.filter("occurred_on", "gte")?, list.filter("occurred_on", "lt")?);
    let (created_at, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let filters = (scope, contributor, project, status, from, before, created_at, id, list.fetch());
    list.page(page.all(db, filters).await?, |row| row.created_at.to_string())
}
