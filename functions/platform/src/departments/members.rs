//! `GET /v1/platform/departments/{id}/members`: who works in a department.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{DepartmentId, Page};

use crate::sql::departments::{MEMBERS, Member, SEEN};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-department-members",
    method: Method::GET,
    path: "/v1/platform/departments/{id}/members",
    summary: "Lists who holds a role in a department now or later, a page at a time; a grant of such a role makes a member.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("users.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Member>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "unknown-order", query: "sort=role", status: 422, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("employee"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("team_lead"),
    path: &["d3ee5339-7e22-545a-8665-001ba5725d93"],
    ..Example::DEFAULT
};

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DepartmentId = req.path("id")?;
    let list = req.list()?;
    let (created_at, after) = list.after()?;
    let departments = req.departments("users.read")?;
    let page = MEMBERS.with((id, created_at, after, list.fetch(), departments.clone()));
    let (seen, rows) = db.transaction((SEEN.with((id, departments)), page)).await?;
    if seen.is_empty() {
        return Err(Problem::not_found("department"));
    }
    list.page(rows, |row| row.created_at.to_string())
}
