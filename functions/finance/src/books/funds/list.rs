//! `GET /v1/finance/funds`: the pots of money.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::books::{FUNDS, Fund};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-funds",
    method: Method::GET,
    path: "/v1/finance/funds",
    summary: "Lists funds by code, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Fund>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "restricted",
            role: Some("auditor"),
            query: "filter[restriction]=restricted",
            ..Example::DEFAULT
        },
        Example {
            name: "no-project",
            role: Some("auditor"),
            query: "filter[project_ref]=kitchen",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["code"],
    filters: &[
        Filter {
            field: "restriction",
            ops: &["eq"],
            about: "unrestricted, designated, restricted or endowment.",
        },
        Filter { field: "project_ref", ops: &["eq"], about: "The project it is for." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (code, id) = list.after()?;
    let filters = (
        list.filter("restriction", "eq")?,
        list.filter("project_ref", "eq")?,
        code,
        id,
        list.fetch(),
    );
    list.page(FUNDS.all(db, filters).await?, |row| row.code.clone())
}
