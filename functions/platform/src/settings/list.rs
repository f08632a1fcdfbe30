//! `GET /v1/platform/settings`: what can be changed without a release.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::settings::{BY_KEY, NEWEST, OLDEST, Setting};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-settings",
    method: Method::GET,
    path: "/v1/platform/settings",
    summary: "Lists settings, a page at a time; the value of a secret is null.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("settings.read"),
    list: Some(&LIST),
    localized: true,
    reply: Shape::of::<Page<Setting>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), query: "limit=2", ..Example::DEFAULT },
        Example {
            name: "filtered",
            role: Some("admin"),
            query: "filter[key]=giving.minimum_minor&localize=all",
            ..Example::DEFAULT
        },
        Example {
            name: "newest-first",
            role: Some("admin"),
            query: "sort=-created_at",
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-order",
            role: Some("admin"),
            query: "sort=value",
            status: 422,
            ..Example::DEFAULT
        },
        Example {
            name: "foreign-cursor",
            role: Some("admin"),
            query: "cursor=Zm9yZWlnbg",
            status: 400,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["key", "-created_at", "created_at"],
    filters: &[Filter { field: "key", ops: &["eq"], about: "The whole key." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let key = list.filter("key", "eq")?;
    if list.sort == "key" {
        let (after, id) = list.after()?;
        let rows = BY_KEY.all(db, (key, after, id, list.fetch())).await?;
        return list.page(rows, |row| row.key.clone());
    }
    let (after, id) = list.after()?;
    let page = if list.sort == "created_at" { OLDEST } else { NEWEST };
    list.page(page.all(db, (key, after, id, list.fetch())).await?, |row| row.created_at.to_string())
}
