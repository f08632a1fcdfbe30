//! `GET /v1/finance/grants/{id}`: one grant that somebody gives us.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::GrantId;

use crate::sql::grants::{FIND, Grant};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-grant",
    method: Method::GET,
    path: "/v1/finance/grants/{id}",
    summary: "Finds a grant that somebody gives us.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Grant>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["f09c70bc-b12e-5c00-b3a6-3672fa29e2b6"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: GrantId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "grant")
}
