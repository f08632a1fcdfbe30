//! `GET /v1/projects/themes`: what people can give for in general.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::ThemeStatus;
use crate::sql::themes::{BY_SLUG, IN_ORDER, NEWEST, OLDEST, Theme};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-list-themes",
    method: Method::GET,
    path: "/v1/projects/themes",
    summary: "Lists funding themes, a page at a time; the public sees only active ones.",
    domain: Domain::Projects,
    access: Access::Read,
    allow: Allow::Anyone,
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Theme>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "drafts",
            role: Some("employee"),
            query: "filter[status]=draft&localize=all",
            ..Example::DEFAULT
        },
        Example { name: "by-slug", query: "sort=slug", ..Example::DEFAULT },
        Example { name: "newest-first", query: "sort=-created_at", ..Example::DEFAULT },
        Example {
            name: "unknown-status",
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example { name: "too-many", query: "limit=201", status: 422, ..Example::DEFAULT },
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
    sorts: &["position", "slug", "-created_at", "created_at"],
    filters: &[Filter { field: "status", ops: &["eq"], about: "draft, active or retired." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let all = req.may("projects.write");
    let status = list.filter("status", "eq")?.map(ThemeStatus::word);
    match list.sort {
        "position" => {
            let (after, id) = list.after()?;
            let rows = IN_ORDER.all(db, (all, status, after, id, list.fetch())).await?;
            list.page(rows, |row| row.position.to_string())
        }
        "slug" => {
            let (after, id) = list.after()?;
            let rows = BY_SLUG.all(db, (all, status, after, id, list.fetch())).await?;
            list.page(rows, |row| row.slug.to_string())
        }
        sort => {
            let (after, id) = list.after()?;
            let page = if sort == "created_at" { OLDEST } else { NEWEST };
            let rows = page.all(db, (all, status, after, id, list.fetch())).await?;
            list.page(rows, |row| row.created_at.to_string())
        }
    }
}
