//! `GET /v1/platform/api-tokens`: the caller's tokens.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::api_tokens::{ApiToken, OWN};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-api-tokens",
    method: Method::GET,
    path: "/v1/platform/api-tokens",
    summary: "Lists the caller's api tokens, ended ones too, newest first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    // Whoever has lost the right to make tokens must still see which to end.
    allow: Allow::AnyToken,
    list: Some(&LIST),
    reply: Shape::of::<Page<ApiToken>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[GOOD, GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), ..Example::DEFAULT };

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, id) = list.after()?;
    let rows = OWN.all(db, (req.actor()?, after, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
