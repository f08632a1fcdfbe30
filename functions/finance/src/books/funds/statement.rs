//! `GET /v1/finance/funds/{id}/statement`: what came into a fund and what went out.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};

use crate::books::table::{self, Balances};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-fund-statement",
    method: Method::GET,
    path: "/v1/finance/funds/{id}/statement",
    summary: "Shows what stands under each nominal code of a fund, as JSON or CSV.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    query: table::QUERY,
    reply: Shape::of::<Balances>(),
    timeout_s: 29,
    answer: |req, db| Box::pin(statement(req, db)),
    examples: &[
        GOOD,
        Example { name: "of-a-year", query: "from=2026-04-06&as_of=2027-04-05", ..GOOD },
        Example { name: "csv", query: "format=csv", ..GOOD },
        Example {
            name: "backwards",
            query: "from=2027-04-06&as_of=2027-04-05",
            status: 422,
            ..GOOD
        },
        Example { name: "no-fund", path: &["GEN"], status: 404, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &[crate::books::GENERAL], ..Example::DEFAULT };

async fn statement(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    table::answer(req, db, Some(req.path("id")?)).await
}
