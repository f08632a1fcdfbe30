//! `GET /v1/platform/settings`: what can be changed without a release.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use super::{Setting, registry};
use crate::sql::settings::EVERY;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-settings",
    method: Method::GET,
    path: "/v1/platform/settings",
    summary: "Lists every setting that there is, by key, a page at a time; the value of a secret is null.",
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
            query: "filter[key]=tokens.per_owner&localize=all",
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
    sorts: &["key"],
    filters: &[Filter { field: "key", ops: &["eq"], about: "The whole key." }],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let key: Option<String> = list.filter("key", "eq")?;
    let (after, _): (Option<String>, Option<String>) = list.after()?;
    let mut stored = EVERY.all(db, ()).await?;
    let fits = |known: &&registry::Known| {
        key.as_ref().is_none_or(|key| *key == known.key)
            && after.as_ref().is_none_or(|after| known.key > after.as_str())
    };
    let page = usize::try_from(list.fetch()).unwrap_or(usize::MAX);
    let settings = registry::all().filter(fits).take(page).map(|known| {
        let at = stored.iter().position(|row| row.key == known.key);
        Setting::new(known, at.map(|at| stored.swap_remove(at)))
    });
    let settings: Vec<Setting> = settings.collect();
    list.page(settings, |setting| setting.key.to_owned())
}
