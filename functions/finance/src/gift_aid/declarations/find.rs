//! `GET /v1/finance/gift-aid/declarations/{id}`: one declaration.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::DeclarationId;

use crate::sql::gift_aid::{Declaration, FIND_DECLARATION};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-declaration",
    method: Method::GET,
    path: "/v1/finance/gift-aid/declarations/{id}",
    summary: "Finds a Gift Aid declaration; a contributor finds only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<Declaration>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "their-own", role: Some("contributor"), ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["9929e405-3ddf-5399-93b5-c4e6036fd8ad"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DeclarationId = req.path("id")?;
    let found = FIND_DECLARATION.opt(db, (id, req.viewer("giving.read")?)).await?;
    api::found(req, found, "declaration")
}
