//! `GET /v1/content/categories`: what posts are filed under.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::categories::{BY_SLUG, Category, NEWEST, OLDEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-list-categories",
    method: Method::GET,
    path: "/v1/content/categories",
    summary: "Lists categories, a page at a time.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Anyone,
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Category>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "below-another",
            query: "filter[parent_id]=edfea5bc-d664-563b-8da7-a1700f8a878d",
            headers: &[("accept-language", "de")],
            ..Example::DEFAULT
        },
        Example {
            name: "by-slug",
            query: "filter[slug]=news&localize=all&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "no-slug",
            query: "filter[slug]=No%20slug",
            status: 422,
            ..Example::DEFAULT
        },
        Example { name: "unknown-language", query: "localize=fr", status: 422, ..Example::DEFAULT },
        Example {
            name: "foreign-cursor",
            query: "cursor=Zm9yZWlnbg",
            status: 400,
            ..Example::DEFAULT
        },
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["slug", "-created_at", "created_at"],
    filters: &[
        Filter { field: "slug", ops: &["eq"], about: "The whole slug." },
        Filter { field: "parent_id", ops: &["eq"], about: "The category above." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let slug = list.filter("slug", "eq")?;
    let parent = list.filter("parent_id", "eq")?;
    let page = if list.sort == "slug" {
        let (after, id) = list.after()?;
        let rows = BY_SLUG.all(db, (slug, parent, after, id, list.fetch())).await?;
        list.page(rows, |row| row.slug.to_string())?
    } else {
        let (after, id) = list.after()?;
        let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
        let rows = page.all(db, (slug, parent, after, id, list.fetch())).await?;
        list.page(rows, |row| row.created_at.to_string())?
    };
    Ok(page.public(req))
}
