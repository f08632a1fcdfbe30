//! `GET /v1/content/posts`: what was written.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::PostStatus;
use crate::sql::posts::{LATEST, NEWEST, OLDEST, PostCard};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-list-posts",
    method: Method::GET,
    path: "/v1/content/posts",
    summary: "Lists posts without their bodies, a page at a time; the public sees only published ones.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Anyone,
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<PostCard>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { query: "limit=1", ..Example::DEFAULT },
        Example {
            name: "of-a-category",
            query: "filter[category_id]=8e58b040-d61e-56da-b5f6-6a7850f05713",
            headers: &[("accept-language", "de")],
            ..Example::DEFAULT
        },
        Example {
            name: "drafts",
            role: Some("editor"),
            query: "filter[status]=draft&localize=all&sort=-created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "by-slug",
            query: "filter[slug]=twelve-houses-one-winter",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-status",
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example { name: "unknown-order", query: "sort=title", status: 422, ..Example::DEFAULT },
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
    sorts: &["-published_at", "-created_at", "created_at"],
    filters: &[
        Filter { field: "category_id", ops: &["eq"], about: "A category it is filed under." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
        Filter { field: "slug", ops: &["eq"], about: "The whole slug." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let all = req.may("content.write");
    let status = list.filter("status", "eq")?.map(PostStatus::word);
    let slug = list.filter("slug", "eq")?;
    let category = list.filter("category_id", "eq")?;
    let (after, id) = list.after()?;
    let page = match list.sort {
        "created_at" => OLDEST,
        "-created_at" => NEWEST,
        _ => LATEST,
    };
    let rows = page.all(db, (all, status, slug, category, after, id, list.fetch())).await?;
    Ok(list.page(rows, |row| row.created_at.to_string())?.public(req))
}
