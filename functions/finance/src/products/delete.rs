//! `DELETE /v1/finance/products/{id}`: hide a product; documents keep what they say of it.
use api::{Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use types::ProductId;

use crate::sql::products::DELETE;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-delete-product",
    method: Method::DELETE,
    path: "/v1/finance/products/{id}",
    summary: "Deletes a product that is in no bundle; it can be restored.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    status: 204,
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(delete(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "in-a-bundle",
            path: &["c3e08886-9820-5a4b-a080-cf11cbb52615"],
            status: 409,
            ..GOOD
        },
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["1b18d087-02c5-5c3c-b47f-7a6222b9ca10"],
    headers: &[("if-match", r#""1""#)],
    status: 204,
    ..Example::DEFAULT
};

async fn delete(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProductId = req.path("id")?;
    let in_use = |detail: &'static str| move || Problem::conflict(detail);
    let found = DELETE
        .opt(db, (id, req.if_match()?, req.actor()?))
        .await
        .on_constraint("bundle_items_product_id_fkey", in_use("a bundle is made of it"))
        .on_constraint(
            "bundle_items_bundle_id_fkey",
            in_use("it is a bundle that still has parts"),
        )?;
    api::deleted(found, "product")
}
