//! `GET /v1/finance/contributions/{id}`: one contribution.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContributionId;

use crate::{
    contributors::STAFF,
    sql::contributions::{Contribution, FIND},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-contribution",
    method: Method::GET,
    path: "/v1/finance/contributions/{id}",
    summary: "Finds a contribution; a contributor finds only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Roles(&["contributor", "treasurer", "auditor"]),
    reply: Shape::of::<Contribution>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[],
    ..Route::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributionId = req.path("id")?;
    let found = FIND.opt(db, (id, req.viewer(STAFF)?)).await?;
    api::found(req, found, "contribution")
}
