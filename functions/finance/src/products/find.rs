//! `GET /v1/finance/products/{id}`: one product.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ProductId;

use crate::sql::products::{FIND, Product};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-product",
    method: Method::GET,
    path: "/v1/finance/products/{id}",
    summary: "Finds a product.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    localized: true,
    reply: Shape::of::<Product>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["c3e08886-9820-5a4b-a080-cf11cbb52615"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProductId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "product")
}
