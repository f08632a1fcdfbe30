//! `GET /v1/finance/journals/{id}`: one journal and its entries.
use api::{Allow, Example, Method, Problem, Request, Resource, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::JournalId;

use crate::sql::books::{ENTRIES, Entry, JOURNAL, Journal};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-journal",
    method: Method::GET,
    path: "/v1/finance/journals/{id}",
    summary: "Finds a journal with its entries.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<JournalWithEntries>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &[crate::books::OPENING], ..Example::DEFAULT };

/// A journal and its entries.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct JournalWithEntries {
    #[serde(flatten)]
    journal: Journal,
    /// In their order; they sum to zero per currency.
    entries: Vec<Entry>,
}

impl Resource for JournalWithEntries {
    fn id(&self) -> String {
        self.journal.id()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: JournalId = req.path("id")?;
    let (journal, entries) = db.transaction((JOURNAL.with((id,)), ENTRIES.with((id,)))).await?;
    let found = journal.into_iter().next().map(|journal| JournalWithEntries { journal, entries });
    api::found(req, found, "journal")
}
