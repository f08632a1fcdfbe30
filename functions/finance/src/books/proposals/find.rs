//! `GET /v1/finance/journal-proposals/{id}`: one journal that somebody wants to post.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::JournalProposalId;

use super::EXAMPLE;
use crate::sql::proposals::{FIND, JournalProposal};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-journal-proposal",
    method: Method::GET,
    path: "/v1/finance/journal-proposals/{id}",
    summary: "Finds a journal that somebody wants to post by hand.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<JournalProposal>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), path: &[EXAMPLE], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: JournalProposalId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "journal proposal")
}
