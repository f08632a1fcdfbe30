//! `GET /v1/finance/disbursements/{id}`: one payment to a partner.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::DisbursementId;

use crate::sql::disbursements::{Disbursement, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-disbursement",
    method: Method::GET,
    path: "/v1/finance/disbursements/{id}",
    summary: "Finds a payment to a partner.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("payments.read"),
    reply: Shape::of::<Disbursement>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("approver"),
    path: &["80e94cf3-a969-5eec-8b68-7567aa156205"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DisbursementId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "disbursement")
}
