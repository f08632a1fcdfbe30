//! `GET /v1/finance/mandates/{id}`: one standing promise to give.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::MandateId;

use crate::sql::mandates::{FIND, Mandate};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-mandate",
    method: Method::GET,
    path: "/v1/finance/mandates/{id}",
    summary: "Finds a standing promise to give; a contributor finds only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<Mandate>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "somebody-else",
            role: Some("contributor"),
            path: &["0e5860f9-7b70-58fe-a187-01bf03114ae3"],
            status: 404,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["14c6f1f7-cfb7-5d40-9b14-48c67e3aea7d"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: MandateId = req.path("id")?;
    let found = FIND.opt(db, (id, req.scope("giving.read")?)).await?;
    api::found(req, found, "mandate")
}
