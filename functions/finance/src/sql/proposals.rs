//! Journals that people write, until somebody else posts them.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Currency, Date, JournalId, JournalProposalId, Text, Timestamp};

use crate::sql::Kept;

row! {
    /// A journal that somebody wants to post by hand, or to reverse.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct JournalProposal {
        /// Identity.
        pub id: JournalProposalId,
        /// `journal.manual` or `journal.reversal`.
        pub kind: String,
        /// Accounting date.
        pub effective_date: Date,
        /// Currency of all lines; null: a reversal.
        pub currency: Option<Currency>,
        /// Lines in order, `{code, fund_id, amount_minor}`, debit positive; null: those that it reverses, negated.
        pub lines: Option<Value>,
        /// Free text for the books.
        pub memo: String,
        /// Why.
        pub reason: Text<500>,
        /// The journal that it takes back.
        pub reverses: Option<JournalId>,
        /// `proposed`, `posted` or `rejected`.
        pub status: String,
        /// Who wrote it.
        pub proposed_by: ContactId,
        /// Who posted it, never the same person, or rejected it.
        pub decided_by: Option<ContactId>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// The journal, once it is posted.
        pub journal_id: Option<JournalId>,
        /// When it was written.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for JournalProposal {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where a proposal stands.
    pub enum ProposalStatus {
        Proposed = "proposed",
        Posted = "posted",
        Rejected = "rejected",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.kind, t.effective_date, t.currency, t.lines, t.memo, t.reason,
         t.reverses, t.status, t.proposed_by, t.decided_by, t.decided_at, t.journal_id, t.created_at, t.version"
    };
}

statements! {
    /// A page of proposals, newest first: by status.
    pub const NEWEST: Sql<
        (Option<&'static str>, Option<Timestamp>, Option<JournalProposalId>, i64),
        JournalProposal,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from ledger.journal_proposals t
         where ($1 is null or t.status = $1)
           and ($2 is null or (t.created_at, t.id) < ($2, $3))
         order by t.created_at desc, t.id desc
         limit $4"
    ));
    /// A proposal.
    pub const FIND: Sql<(JournalProposalId,), JournalProposal> =
        Sql::new(concat!("select ", columns!(), " from ledger.journal_proposals t where t.id = $1"));
    /// Proposes a journal or a reversal, once per scope and key; see `ledger.propose` for what it breaks.
    pub const PROPOSE: Sql<(Key, Value, ContactId), Kept<JournalProposal>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from ledger.propose($1, $2, $3, $4, $5) f
         cross join lateral (select (f.proposal).*) t"
    ))
    .never_null();
    /// Posts or rejects one, once per scope and key; see `ledger.decide_proposal` for what it breaks.
    pub const DECIDE: Sql<
        (Key, JournalProposalId, i32, &'static str, ContactId, String),
        Kept<JournalProposal>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from ledger.decide_proposal($1, $2, $3, $4, $5, $6, $7, $8) f
         cross join lateral (select (f.proposal).*) t"
    ))
    .never_null();
}
