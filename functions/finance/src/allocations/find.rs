//! `GET /v1/finance/allocations/{id}`: one move of money between funds.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::AllocationId;

use crate::sql::allocations::{Allocation, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-allocation",
    method: Method::GET,
    path: "/v1/finance/allocations/{id}",
    summary: "Finds an allocation.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Allocation>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["0e6de997-d479-5027-afa7-9bcdfffaf41a"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: AllocationId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "allocation")
}
