//! `GET /v1/platform/departments`: the parts of the organisation.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::Status;
use crate::sql::departments::{BY_CODE, Department};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-departments",
    method: Method::GET,
    path: "/v1/platform/departments",
    summary: "Lists departments by their code, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Department>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "active", query: "filter[status]=active&localize=all", ..GOOD },
        Example { name: "unknown-status", query: "filter[status]=gone", status: 422, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("employee"), ..Example::DEFAULT };

const LIST: List = List {
    sorts: &["code"],
    filters: &[Filter { field: "status", ops: &["eq"], about: "active or inactive." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let status = list.filter("status", "eq")?.map(Status::word);
    let (code, id) = list.after()?;
    let rows = BY_CODE.all(db, (status, code, id, list.fetch())).await?;
    list.page(rows, |row| row.code.clone())
}
