//! `GET /v1/platform/settings/{key}/history`: who changed a setting.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::settings::{HISTORY, SettingChange};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-setting-changes",
    method: Method::GET,
    path: "/v1/platform/settings/{key}/history",
    summary: "Lists who changed a setting, when, from what to what, newest first; of a secret no value is known.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("settings.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<SettingChange>>(),
    answer: |req, db| Box::pin(history(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &["tokens.per_owner"], ..Example::DEFAULT };

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn history(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let known = super::named(req)?;
    let list = req.list()?;
    let (after, id) = list.after()?;
    let mut changes = HISTORY.all(db, (known.key, after, id, list.fetch())).await?;
    if known.secret {
        // The log has none either, unless the key was no secret once.
        for change in &mut changes {
            (change.before, change.after) = (None, None);
        }
    }
    list.page(changes, |row| row.created_at.to_string())
}
