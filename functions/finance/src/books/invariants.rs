//! `GET /v1/finance/ledger/invariants`: what must always hold, and does not.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;

use crate::{
    books::AT_MOST,
    sql::{
        books::{BREAKS, Break},
        ledger::MOST_OF_A_REQUEST,
    },
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-invariant-breaks",
    method: Method::GET,
    path: "/v1/finance/ledger/invariants",
    summary: "Lists what breaks a rule of the books, at most 1000: it must be empty, always.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Breaks>(),
    timeout_s: 29,
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[GOOD, GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), ..Example::DEFAULT };

/// What breaks a rule.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Breaks {
    /// Empty: the books are sound.
    breaks: Vec<Break>,
}

async fn list(_: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let asked = (MOST_OF_A_REQUEST.with(()), BREAKS.with((AT_MOST,)));
    let (_, breaks) = db.transaction(asked).await?;
    Response::json(200, &Breaks { breaks })
}
