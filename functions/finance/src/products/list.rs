//! `GET /v1/finance/products`: what is sold.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::products::{NEWEST, Product, ProductStatus};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-products",
    method: Method::GET,
    path: "/v1/finance/products",
    summary: "Lists products, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Product>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "filtered",
            role: Some("treasurer"),
            query: "filter[category]=advice&filter[status]=active&filter[key]=energy-consultation",
            headers: &[("accept-language", "de")],
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-status",
            role: Some("auditor"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "key", ops: &["eq"], about: "The whole key." },
        Filter { field: "category", ops: &["eq"], about: "Group it belongs to." },
        Filter { field: "status", ops: &["eq"], about: "active or retired." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (key, category) = (list.filter("key", "eq")?, list.filter("category", "eq")?);
    let status = list.filter("status", "eq")?.map(ProductStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (key, category, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
