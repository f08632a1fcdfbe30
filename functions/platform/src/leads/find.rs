//! `GET /v1/platform/leads/{id}`: one lead.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::LeadId;

use crate::sql::leads::{FIND, Lead};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-lead",
    method: Method::GET,
    path: "/v1/platform/leads/{id}",
    summary: "Finds a lead.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    reply: Shape::of::<Lead>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["94f6f889-f0c1-5beb-81fb-4d5d883ba767"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: LeadId = req.path("id")?;
    let departments = req.departments("contacts.read")?;
    api::found(req, FIND.opt(db, (id, departments)).await?, "lead")
}
