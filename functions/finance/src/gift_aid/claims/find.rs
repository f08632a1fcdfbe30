//! `GET /v1/finance/gift-aid/claims/{id}`: one claim.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ClaimId;

use crate::sql::claims::{Claim, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-claim",
    method: Method::GET,
    path: "/v1/finance/gift-aid/claims/{id}",
    summary: "Finds a Gift Aid claim.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giftaid.read"),
    reply: Shape::of::<Claim>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), path: super::ACCEPTED, ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "claim")
}
