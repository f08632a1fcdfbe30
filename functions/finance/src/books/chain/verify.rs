//! `POST /v1/finance/ledger/chain/verify`: computes every link again.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;

use crate::{
    books::AT_MOST,
    sql::{
        books::{BAD_LINKS, BadLink, HEAD, Head},
        ledger::MOST_OF_A_REQUEST,
    },
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-verify-chain",
    method: Method::POST,
    path: "/v1/finance/ledger/chain/verify",
    summary: "Computes every link of the chain of seals again; lists at most 1000 that do not hold.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Verified>(),
    timeout_s: 29,
    answer: |req, db| Box::pin(verify(req, db)),
    examples: &[GOOD, GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), ..Example::DEFAULT };

/// What came of it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Verified {
    /// The last link.
    head: Head,
    /// Empty: nobody has changed what was sealed.
    broken: Vec<BadLink>,
}

async fn verify(_: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let asked = (MOST_OF_A_REQUEST.with(()), HEAD.with(()), BAD_LINKS.with((AT_MOST,)));
    let (_, head, broken) = db.transaction(asked).await?;
    let head = head.into_iter().next().ok_or_else(|| Problem::not_found("chain"))?;
    Response::json(200, &Verified { head, broken })
}
