//! `GET /v1/finance/contributions/{id}`: one contribution.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContributionId;

use crate::sql::contributions::{Contribution, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-contribution",
    method: Method::GET,
    path: "/v1/finance/contributions/{id}",
    summary: "Finds a contribution; a contributor finds only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<Contribution>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "their-own",
            role: Some("contributor"),
            path: &["0dd70a6e-8f91-5fde-b0cb-26fee975e135"],
            ..GOOD
        },
        Example { name: "of-somebody-else", role: Some("contributor"), status: 404, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["7a15bccd-19e9-5356-b192-e3d97940345c"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributionId = req.path("id")?;
    let found = FIND.opt(db, (id, req.scope("giving.read")?)).await?;
    api::found(req, found, "contribution")
}
