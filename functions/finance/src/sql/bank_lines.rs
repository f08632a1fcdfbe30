//! Lines of our bank's statements: what each is in the books.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{BankAccountId, BankLineId, BankStatementId, ContactId, Date, Money};
use uuid::Uuid;

use crate::sql::Kept;

row! {
    /// What became of a page of lines.
    #[derive(Debug)]
    pub struct Reconciled {
        /// Lines that were looked at.
        pub looked: i64,
        /// Of them, those whose journal was found.
        pub matched: i64,
        /// The last of them; null: there was none.
        pub last_id: Option<Uuid>,
    }
}

row! {
    /// A line of a statement.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BankLine {
        /// Identity.
        pub id: BankLineId,
        /// The statement.
        pub statement_id: BankStatementId,
        /// The account.
        pub bank_account_id: BankAccountId,
        /// Place in the statement, from 1.
        pub line: i32,
        /// The bank's own reference.
        pub bank_ref: String,
        /// Day of booking.
        pub booked_on: Date,
        /// Day of value.
        pub value_on: Date,
        /// How much; below 0: went out.
        pub amount: Money,
        /// Who it came from or went to, as the bank says.
        pub counterparty: Option<String>,
        /// Words of the payment.
        pub purpose: Option<String>,
        /// `unmatched`, `matched` or `ignored`.
        pub status: String,
        /// Why nothing in the books is this line.
        pub ignored_reason: Option<String>,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

/// Shapes of what the database writes.
#[cfg(feature = "openapi")]
mod shapes {
    #![allow(dead_code, reason = "the database writes them, these are their shapes")]
    use types::{ContactId, JournalId, Money, PayoutId, Timestamp};
    use uuid::Uuid;

    /// What a line is, or was, matched with.
    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct BankMatch {
        id: Uuid,
        journal_id: JournalId,
        /// The payout that arrived with the line: the match posted the journal.
        payout_id: Option<PayoutId>,
        /// Part of the line.
        amount: Money,
        /// `rule` or `person`.
        matched_by: String,
        created_at: Timestamp,
        created_by: Option<ContactId>,
        undone_at: Option<Timestamp>,
        undo_reason: Option<String>,
    }

    /// What an unmatched line may be.
    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct BankCandidate {
        journal_id: Option<JournalId>,
        payout_id: Option<PayoutId>,
        /// Whether the line names its reference.
        is_named: bool,
    }
}
#[cfg(feature = "openapi")]
use shapes::{BankCandidate, BankMatch};

row! {
    /// A line with what it is matched with.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BankLineWithMatches {
        /// The line.
        #[serde(flatten)]
        pub line: BankLine,
        /// What it is, or was, matched with, oldest first.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<BankMatch>"))]
        pub matches: Value,
    }
}

row! {
    /// A line with what it is matched with, and what it may be.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BankLineWithCandidates {
        /// The line.
        #[serde(flatten)]
        pub line: BankLine,
        /// What it is, or was, matched with, oldest first.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<BankMatch>"))]
        pub matches: Value,
        /// Journals and payouts of its amount and about its day, likeliest first; at most 20.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<BankCandidate>"))]
        pub candidates: Value,
    }
}

impl Resource for BankLine {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

impl Resource for BankLineWithMatches {
    fn id(&self) -> String {
        self.line.id()
    }
    fn version(&self) -> Option<i32> {
        self.line.version()
    }
}

impl Resource for BankLineWithCandidates {
    fn id(&self) -> String {
        self.line.id()
    }
    fn version(&self) -> Option<i32> {
        self.line.version()
    }
}

types::words! {
    /// Where a line stands.
    pub enum LineStatus {
        Unmatched = "unmatched",
        Matched = "matched",
        Ignored = "ignored",
    }
}

macro_rules! line {
    () => {
        "t.id, t.statement_id, t.bank_account_id, t.line, t.bank_ref, t.booked_on, t.value_on, t.amount_minor,
         t.counterparty, t.purpose, t.status, t.ignored_reason, t.version"
    };
}

statements! {
    /// Matches at most `$2` lines after `$1`, in the name of `$3`; no row: another run is at work. See
    /// `finance.reconcile_bank`.
    pub const RECONCILE: Sql<(Option<Uuid>, i32, String), Reconciled> =
        Sql::repeatable("select looked, matched, last_id from finance.reconcile_bank($1, $2, $3)").never_null();
    /// A page of lines by their day, latest first: account, statement, status, from, before, cursor, limit.
    pub const LINES: Sql<
        (
            Option<BankAccountId>, Option<BankStatementId>, Option<&'static str>, Option<Date>, Option<Date>,
            Option<Date>, Option<BankLineId>, i64,
        ),
        BankLine,
    > = Sql::new(concat!(
        "select ", line!(), ", b.currency
         from finance.bank_lines t
         join finance.bank_accounts b on b.id = t.bank_account_id
         where ($1 is null or t.bank_account_id = $1)
           and ($2 is null or t.statement_id = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or t.booked_on >= $4)
           and ($5 is null or t.booked_on < $5)
           and ($6 is null or (t.booked_on, t.id) < ($6, $7))
         order by t.booked_on desc, t.id desc
         limit $8"
    ));
    /// A line with what it is matched with and what it may be.
    pub const FIND_LINE: Sql<(BankLineId,), BankLineWithCandidates> = Sql::new(concat!(
        "select ", line!(), ", b.currency, finance.matches_of(t) as matches, finance.candidates_of(t) as candidates
         from finance.bank_lines t
         join finance.bank_accounts b on b.id = t.bank_account_id
         where t.id = $1"
    ))
    .never_null();
    /// Matches the line `$4` of version `$5`, once per scope and key; see `finance.match_line` for what it breaks.
    pub const MATCH: Sql<(Key, BankLineId, i32, Value, ContactId, String), Kept<BankLineWithMatches>> =
        Sql::repeatable(concat!(
            "select ", line!(), ", f.currency, f.matches, f.replayed
             from finance.match_line($1, $2, $3, $4, $5, $6, $7, $8) f
             cross join lateral (select (f.line).*) t"
        ))
        .never_null();
    /// Sets a line aside or takes that, or its match, back, once per scope and key: id, version, step, why; see
    /// `finance.step_line` for what it breaks.
    pub const STEP: Sql<
        (Key, BankLineId, i32, &'static str, String, ContactId, String),
        Kept<BankLineWithMatches>,
    > = Sql::repeatable(concat!(
        "select ", line!(), ", f.currency, f.matches, f.replayed
         from finance.step_line($1, $2, $3, $4, $5, $6, $7, $8, $9) f
         cross join lateral (select (f.line).*) t"
    ))
    .never_null();
}
