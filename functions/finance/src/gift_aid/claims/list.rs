//! `GET /v1/finance/gift-aid/claims`: the claims, newest first.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::claims::{Claim, ClaimStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-claims",
    method: Method::GET,
    path: "/v1/finance/gift-aid/claims",
    summary: "Lists Gift Aid claims, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giftaid.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Claim>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "drafts", query: "filter[status]=draft", ..GOOD },
        Example { name: "unknown-status", query: "filter[status]=lost", status: 422, ..GOOD },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("treasurer"), query: "limit=2", ..Example::DEFAULT };

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "claimant_id", ops: &["eq"], about: "The charity that claims." },
        Filter { field: "status", ops: &["eq"], about: "Where the claim stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let claimant = list.filter("claimant_id", "eq")?;
    let status = list.filter("status", "eq")?.map(ClaimStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (claimant, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
