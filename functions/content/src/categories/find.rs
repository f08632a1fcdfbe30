//! `GET /v1/content/categories/{id}`: one category.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::CategoryId;

use crate::sql::categories::{Category, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-find-category",
    method: Method::GET,
    path: "/v1/content/categories/{id}",
    summary: "Finds a category.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Anyone,
    localized: true,
    reply: Shape::of::<Category>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "all-languages", query: "localize=all", ..GOOD },
        Example { name: "in-german", headers: &[("accept-language", "de-AT, en;q=0.5")], ..GOOD },
        Example {
            name: "unchanged",
            headers: &[("if-none-match", r#""1-en""#)],
            status: 304,
            ..GOOD
        },
        Example {
            name: "no-token-of-ours",
            headers: &[("authorization", "Bearer forged")],
            status: 401,
            ..GOOD
        },
        GOOD.not_found(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { path: &["1d46ebad-3b2d-580e-8208-2a319ecea0ce"], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CategoryId = req.path("id")?;
    let category = FIND.opt(db, (id,)).await?;
    Ok(api::found(req, category, "category")?.public(req))
}
