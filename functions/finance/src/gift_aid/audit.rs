//! `GET /v1/finance/gift-aid/audit/{contribution_id}`: all that the tax office asks for of one gift.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContributionId;

use crate::sql::audit::{BUNDLE, Bundle};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-gift-aid-audit",
    method: Method::GET,
    path: "/v1/finance/gift-aid/audit/{contribution_id}",
    summary: "Gives the evidence of one gift: declarations with their words, statements, addresses, claim lines, postings.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giftaid.read"),
    reply: Shape::of::<Bundle>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["cfde1619-229f-59d9-b5d8-ab210fae069f"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributionId = req.path("contribution_id")?;
    let bundle = BUNDLE.opt(db, (id,)).await?.ok_or_else(|| Problem::not_found("contribution"))?;
    Response::json(200, &bundle)
}
