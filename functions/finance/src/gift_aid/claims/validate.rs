//! `POST /v1/finance/gift-aid/claims/{id}/validate`: check a draft by the tax office's rules and freeze it.
use api::{
    Allow, Example, Fault, Idempotency, Method, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use giftaid::{rules, schedule::Unfit};
use types::ClaimId;

use super::{file, known, stepped, with_small};
use crate::sql::claims::{Claim, FREEZE, LINES};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-validate-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/validate",
    summary: "Checks a draft by the rules of the tax office, drops gifts that have changed, and freezes it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.claim"),
    reply: Shape::of::<Claim>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::CLAIM_REFUSED,
        problem::CLAIM_STATE,
        problem::NOTHING_TO_CLAIM,
        problem::OUT_OF_TIME,
        problem::SMALL_DONATIONS_LIMIT,
    ],
    answer: |req, db| Box::pin(validate(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "validated-before",
            path: super::VALIDATED,
            headers: &[("if-match", r#""3""#), ("idempotency-key", "v2")],
            status: 409,
            ..GOOD
        },
        Example {
            name: "stale",
            headers: &[("if-match", r#""99""#), ("idempotency-key", "v3")],
            status: 412,
            ..GOOD
        },
        GOOD.keyed_no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: super::DRAFT,
    headers: &[("if-match", r#""2""#), ("idempotency-key", "v1")],
    ..Example::DEFAULT
};

async fn validate(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let (version, key, actor) = (req.if_match()?, req.required_key()?, req.actor()?);
    let claim = known(db, id).await?;
    if claim.status == "draft" {
        let lines = LINES.all(db, (id,)).await?;
        let (claimant, small) = with_small(db, id).await?;
        let today = claimant.today;
        let mut errors = Vec::new();
        if let Some(Err(unfit)) = file::schedule(&claim, &lines).map(|s| s.check(today)) {
            errors.extend(lines_of(&unfit));
        }
        if let Some(submission) = file::submission(&claim, &claimant, &lines, &small) {
            errors.extend(
                rules::broken(&submission, today).iter().map(|rule| fault(&rule.path, rule)),
            );
        }
        if let Some(first) = errors.first() {
            let mut refused = Problem::new(problem::CLAIM_REFUSED, first.detail.clone());
            refused.errors = errors;
            return Err(refused);
        }
    }
    let step = (key.scope, key.key, key.fingerprint, id, version, actor);
    stepped(req, FREEZE.opt(db, step).await)
}

fn fault(place: &str, what: &impl ToString) -> Fault {
    let (parameter, header) = (None, None);
    Fault { pointer: Some(format!("/{place}")), parameter, header, detail: what.to_string() }
}

fn lines_of(unfit: &Unfit) -> Vec<Fault> {
    match unfit {
        Unfit::Faults(faults) => faults
            .iter()
            .map(|broken| {
                fault(
                    &format!("lines/{}/{}", broken.item.unwrap_or_default(), broken.field),
                    broken,
                )
            })
            .collect(),
        other => vec![fault("lines", other)],
    }
}
