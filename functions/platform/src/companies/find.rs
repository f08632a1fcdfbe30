//! `GET /v1/platform/companies/{id}`: one company.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::CompanyId;

use crate::sql::companies::{Company, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-company",
    method: Method::GET,
    path: "/v1/platform/companies/{id}",
    summary: "Finds a company.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    reply: Shape::of::<Company>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["873c8d5e-1105-57a9-8fdf-7659fab39db4"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CompanyId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "company")
}
