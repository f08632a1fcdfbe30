//! `GET /v1/projects/projects`: what is funded.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::{ProjectKind, ProjectStatus};
use crate::sql::projects::{BY_SLUG, NEWEST, OLDEST, Project};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-list-projects",
    method: Method::GET,
    path: "/v1/projects/projects",
    summary: "Lists projects, a page at a time; the public sees those approved, in funding, under way or completed.",
    domain: Domain::Projects,
    access: Access::Read,
    allow: Allow::Anyone,
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Project>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "in-funding",
            query: "filter[status]=funding&filter[kind]=community&sort=slug",
            headers: &[("accept-language", "de")],
            ..Example::DEFAULT
        },
        Example {
            name: "of-a-theme",
            role: Some("employee"),
            query: "filter[theme_id]=c1875ce8-83fd-5a39-bd60-7bd57f2b6e19&localize=all&sort=created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-kind",
            query: "filter[kind]=commercial",
            status: 422,
            ..Example::DEFAULT
        },
        Example {
            name: "no-theme",
            query: "filter[theme_id]=warm",
            status: 422,
            ..Example::DEFAULT
        },
        Example { name: "unknown-order", query: "sort=name", status: 422, ..Example::DEFAULT },
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
    sorts: &["-created_at", "created_at", "slug"],
    filters: &[
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
        Filter { field: "theme_id", ops: &["eq"], about: "The theme it belongs to." },
        Filter { field: "kind", ops: &["eq"], about: "community or renovation." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let all = req.may("projects.write");
    let status = list.filter("status", "eq")?.map(ProjectStatus::word);
    let theme = list.filter("theme_id", "eq")?;
    let kind = list.filter("kind", "eq")?.map(ProjectKind::word);
    if list.sort == "slug" {
        let (after, id) = list.after()?;
        let rows = BY_SLUG.all(db, (all, status, theme, kind, after, id, list.fetch())).await?;
        return list.page(rows, |row| row.slug.to_string());
    }
    let (after, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    let rows = page.all(db, (all, status, theme, kind, after, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
