//! `POST /v1/finance/products/{id}/restore`: bring a deleted product back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::ProductId;

use crate::{
    products::key_taken,
    sql::products::{FIND, Product, RESTORE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-restore-product",
    method: Method::POST,
    path: "/v1/finance/products/{id}/restore",
    summary: "Restores a deleted product; a live one is answered as it is.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    localized: true,
    reply: Shape::of::<Product>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["c3e08886-9820-5a4b-a080-cf11cbb52615"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProductId = req.path("id")?;
    let restored =
        RESTORE.opt(db, (id, req.actor()?)).await.on_constraint("products_key_key", key_taken)?;
    api::restored(req, restored, FIND.opt(db, (id,)), "product").await
}
