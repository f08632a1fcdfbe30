//! `POST /v1/finance/gift-aid/claims/{id}/poll`: ask the tax office what became of a claim.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::ClaimId;

use super::{
    known,
    submit::{connection, off},
};
use crate::{
    gift_aid::{hmrc::VARIABLE, sending},
    sql::claims::Claim,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-poll-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/poll",
    summary: "Asks the tax office what became of a claim now; a job does so by itself.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.submit"),
    reply: Shape::of::<Claim>(),
    idempotency: Idempotency::Accepted,
    settings: &[VARIABLE],
    problems: &[problem::CLAIM_STATE, problem::TAX_OFFICE_OFF],
    timeout_s: 29,
    answer: |req, db| Box::pin(poll(req, db)),
    examples: &[
        GOOD,
        Example { name: "nothing-to-ask", path: super::DRAFT, status: 409, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

/// A claim that has its answer is answered as it stands.
const GOOD: Example =
    Example { role: Some("treasurer"), path: super::ACCEPTED, ..Example::DEFAULT };

async fn poll(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let claim = known(db, id).await?;
    match claim.status.as_str() {
        "draft" | "validated" | "withdrawn" => {
            let detail = "the claim was not submitted: there is nothing to ask for";
            return Err(Problem::new(problem::CLAIM_STATE, detail));
        }
        "submitted" | "unknown" | "acknowledged" => {
            let hmrc = connection(req)?.ok_or_else(off)?;
            if claim.status == "submitted" {
                sending::send(db, &hmrc, &claim, req.id()).await?;
            } else {
                sending::ask(db, &hmrc, &claim, req.id()).await?;
            }
        }
        _ => return api::ok(req, &claim),
    }
    api::ok(req, &known(db, id).await?)
}
