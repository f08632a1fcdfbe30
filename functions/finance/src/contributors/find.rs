//! `GET /v1/finance/contributors/{id}`: one contributor.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContributorId;

use crate::sql::contributors::{Contributor, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-contributor",
    method: Method::GET,
    path: "/v1/finance/contributors/{id}",
    summary: "Finds a contributor; a contributor finds only their own record.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<Contributor>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "their-own",
            role: Some("contributor"),
            path: &["f51de6ea-b485-555c-9b1e-bc6eae30e60c"],
            ..GOOD
        },
        Example { name: "somebody-else", role: Some("contributor"), status: 404, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let scope = req.scope("giving.read")?;
    let found = FIND.opt(db, (id, scope)).await?;
    api::found(req, found, "contributor")
}
