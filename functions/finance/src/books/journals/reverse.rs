//! `POST /v1/finance/journals/{id}/reverse`: propose to take a journal back that was posted by hand.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde_json::json;
use types::JournalId;

use crate::{
    books::proposals::proposed,
    posting::{DRY_RUN, Reason, books, post},
    sql::proposals::{JournalProposal, PROPOSE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-reverse-journal",
    method: Method::POST,
    path: "/v1/finance/journals/{id}/reverse",
    summary: "Proposes to take back, whole and once, a journal that was posted by hand; somebody else has to approve it.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Reason>(),
    reply: Shape::of::<JournalProposal>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT, problem::NOT_REVERSIBLE],
    answer: |req, db| Box::pin(reverse(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-reason", body: "{}", status: 422, ..GOOD },
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &[crate::books::OPENING],
    headers: &[("idempotency-key", "not-that-much")],
    body: r#"{"reason": "The bank has corrected it."}"#,
    status: 201,
    ..Example::DEFAULT
};

async fn reverse(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: JournalId = req.path("id")?;
    let Reason { reason } = req.json()?;
    let wanted = json!({ "reverses": id, "reason": reason });
    let made = post(req, db, &PROPOSE, (req.required_key()?, wanted, req.actor()?))
        .await
        .on_constraint("journals_pkey", || Problem::not_found("journal"))
        .on_constraint("journals_reverses_key", || {
            Problem::conflict("the journal was reversed before")
        })
        .on_constraint("journal_proposals_reverses_key", || {
            Problem::conflict("somebody has proposed to reverse it already")
        })
        .on_constraint("journal_proposals_reverses_manual", || {
            let detail = "take it back where it was made: as a refund, a withdrawal, a credit note";
            Problem::new(problem::NOT_REVERSIBLE, detail)
        });
    proposed(books(made)?.created(req, Problem::not_found("journal"))?)
}
