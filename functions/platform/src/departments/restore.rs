//! `POST /v1/platform/departments/{id}/restore`: bring a deleted department back.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::DepartmentId;

use super::explained;
use crate::sql::departments::{Department, FIND, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-restore-department",
    method: Method::POST,
    path: "/v1/platform/departments/{id}/restore",
    summary: "Restores a deleted department; a live one is answered as it is.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("users.write"),
    localized: true,
    reply: Shape::of::<Department>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("team_lead"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "update party.contacts set department_id = null;
            update party.departments set deleted_at = now() where code = 'ENERGY'",
    role: Some("admin"),
    path: &["d3ee5339-7e22-545a-8665-001ba5725d93"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DepartmentId = req.path("id")?;
    let back = RESTORE.opt(db, (id, req.actor()?)).await.map_err(Problem::from);
    api::restored(req, explained(back)?, FIND.opt(db, (id,)), "department").await
}
