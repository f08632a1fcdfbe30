//! `POST /v1/platform/companies/{id}/restore`: bring a deleted company back.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::CompanyId;

use super::explained;
use crate::sql::companies::{Company, FIND, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-restore-company",
    method: Method::POST,
    path: "/v1/platform/companies/{id}/restore",
    summary: "Restores a deleted company; a live one is answered as it is.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    reply: Shape::of::<Company>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["3ec146c3-85a8-5fad-ac47-5aaae191d063"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CompanyId = req.path("id")?;
    let restored = explained(RESTORE.opt(db, (id, req.actor()?)).await)?;
    api::restored(req, restored, FIND.opt(db, (id,)), "company").await
}
