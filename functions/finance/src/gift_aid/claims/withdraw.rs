//! `POST /v1/finance/gift-aid/claims/{id}/withdraw`: give a claim up before it is submitted.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::ClaimId;

use super::stepped;
use crate::sql::claims::{Claim, WITHDRAW};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-withdraw-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/withdraw",
    summary: "Gives up a claim that was not submitted; its gifts can be claimed again.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    reply: Shape::of::<Claim>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::CLAIM_STATE],
    answer: |req, db| Box::pin(withdraw(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "accepted",
            path: super::ACCEPTED,
            headers: &[("if-match", r#""6""#), ("idempotency-key", "w2")],
            status: 409,
            ..GOOD
        },
        Example {
            name: "stale",
            headers: &[("if-match", r#""99""#), ("idempotency-key", "w3")],
            status: 412,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: super::DRAFT,
    headers: &[("if-match", r#""2""#), ("idempotency-key", "w1")],
    ..Example::DEFAULT
};

async fn withdraw(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let (version, key, actor) = (req.if_match()?, req.required_key()?, req.actor()?);
    let step = (key.scope, key.key, key.fingerprint, id, version, actor);
    stepped(req, WITHDRAW.opt(db, step).await)
}
