//! `GET /v1/finance/trial-balance`: the sums of all accounts, which must cancel out.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};

use crate::books::table::{self, Balances};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-trial-balance",
    method: Method::GET,
    path: "/v1/finance/trial-balance",
    summary: "Shows what stands under each nominal code and currency, as JSON or CSV.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    query: table::QUERY,
    reply: Shape::of::<Balances>(),
    timeout_s: 29,
    answer: |req, db| Box::pin(trial_balance(req, db)),
    examples: &[
        GOOD,
        Example { name: "of-a-year", query: "from=2026-04-06&as_of=2027-04-05", ..GOOD },
        Example { name: "as-it-was-known", query: "posted_until=2026-11-21T00:00:00Z", ..GOOD },
        Example { name: "csv", query: "format=csv", ..GOOD },
        Example { name: "pdf", query: "format=pdf", status: 422, ..GOOD },
        Example {
            name: "backwards",
            query: "from=2027-04-06&as_of=2027-04-05",
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), ..Example::DEFAULT };

async fn trial_balance(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    table::answer(req, db, None).await
}
