//! `GET /v1/finance/quotes/{id}`: one offer with its lines.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::QuoteId;

use crate::sql::quotes::{FIND, QuoteWithLines};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-quote",
    method: Method::GET,
    path: "/v1/finance/quotes/{id}",
    summary: "Finds a quote with its lines.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    reply: Shape::of::<QuoteWithLines>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: QuoteId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "quote")
}
