//! `GET /v1/platform/me/accounts`: what else the caller signs in with.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::accounts::{AccountLink, OF_CONTACT};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-accounts",
    method: Method::GET,
    path: "/v1/platform/me/accounts",
    summary: "Lists the accounts elsewhere that open the caller's login, newest first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::SignedIn,
    list: Some(&LIST),
    reply: Shape::of::<Page<AccountLink>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "unknown-order", query: "sort=issuer", status: 422, ..GOOD },
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), ..Example::DEFAULT };

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (created_at, id) = list.after()?;
    let rows = OF_CONTACT.all(db, (req.actor()?, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
