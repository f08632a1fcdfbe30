//! `DELETE /v1/platform/departments/{id}`: hide a department.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::DepartmentId;

use super::explained;
use crate::sql::departments::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-delete-department",
    method: Method::DELETE,
    path: "/v1/platform/departments/{id}",
    summary: "Deletes a department, unless others of its skill level need it as their owner; it can be restored.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("users.write"),
    status: 204,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "owns-what-others-leave",
            given: "update party.contacts set department_id = null;
                    insert into party.departments (code, short_name, name, skill_level)
                    values ('GRANTS', 'Grants', '{\"de\": \"Fördermittel\", \"en\": \"Grants\"}', 'pro')",
            status: 409,
            ..GOOD
        },
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("team_lead"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "update party.contacts set department_id = null",
    role: Some("admin"),
    path: &["d3ee5339-7e22-545a-8665-001ba5725d93"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DepartmentId = req.path("id")?;
    let gone = DELETE.opt(db, (id, req.if_match()?, req.actor()?)).await.map_err(Problem::from);
    let gone = explained(gone)
        .on_constraint("contacts_department_id_fkey", || {
            Problem::conflict("contacts belong to the department: give them another one first")
        })
        .on_constraint("leads_department_id_fkey", || {
            Problem::conflict("leads belong to the department: give them another one first")
        })?;
    api::deleted(gone, "department")
}
