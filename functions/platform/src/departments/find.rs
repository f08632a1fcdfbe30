//! `GET /v1/platform/departments/{id}`: one department.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::DepartmentId;

use crate::sql::departments::{Department, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-department",
    method: Method::GET,
    path: "/v1/platform/departments/{id}",
    summary: "Finds a department.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    localized: true,
    reply: Shape::of::<Department>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["d3ee5339-7e22-545a-8665-001ba5725d93"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DepartmentId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "department")
}
