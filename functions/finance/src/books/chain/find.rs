//! `GET /v1/finance/ledger/chain`: where the chain of seals ends, and where that was published.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;

use crate::sql::books::{ANCHORS, Anchor, HEAD, Head};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-chain",
    method: Method::GET,
    path: "/v1/finance/ledger/chain",
    summary: "Shows the last link of the chain of seals and its last 30 anchors.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Chain>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), ..Example::DEFAULT };

/// The chain of seals: each link is the SHA-256 of the link before and one journal.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Chain {
    /// Its last link.
    head: Head,
    /// Links that were published outside, the last first.
    anchors: Vec<Anchor>,
}

async fn find(_: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let (head, anchors) = db.transaction((HEAD.with(()), ANCHORS.with((30,)))).await?;
    let head = head.into_iter().next().ok_or_else(|| Problem::not_found("chain"))?;
    Response::json(200, &Chain { head, anchors })
}
