//! `GET /v1/platform/sessions`: where the caller is signed in.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::sessions::{OPEN, OpenSession};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-sessions",
    method: Method::GET,
    path: "/v1/platform/sessions",
    summary: "Lists the caller's open logins, the last refreshed first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::SignedIn,
    list: Some(&LIST),
    reply: Shape::of::<Page<OpenSession>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "unknown-order", query: "sort=ip", status: 422, ..GOOD },
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), ..Example::DEFAULT };

const LIST: List = List { sorts: &["-refreshed_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, id) = list.after()?;
    let caller = req.caller()?;
    let rows = OPEN.all(db, (caller.contact, caller.session, after, id, list.fetch())).await?;
    list.page(rows, |row| row.refreshed_at.to_string())
}
