//! What processors do with payments: disputes, payouts, the fees that they keep, and what they hold.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    ContactId, ContributionId, Currency, Date, DisputeId, JournalId, Line, Money, PayoutId,
    ProcessorBalanceId, ProcessorFeeId, Timestamp,
};

use crate::sql::Kept;

row! {
    /// A payment that a contributor's bank takes back.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Dispute {
        /// Identity.
        pub id: DisputeId,
        /// The contribution that is disputed.
        pub contribution_id: ContributionId,
        /// Who told us.
        pub processor: String,
        /// Its own id there.
        pub processor_ref: String,
        /// What is held back, in minor units.
        pub amount: Money,
        /// What the processor charges for it, minor units of the same currency.
        pub fee_minor: i64,
        /// Reason that the bank gave.
        pub reason: String,
        /// `warning`, `closed`, `opened`, `under_review`, `won` or `lost`.
        pub status: String,
        /// Last day for evidence.
        pub respond_by: Option<Date>,
        /// The journal that set the money aside; null: only a warning.
        pub opened_journal_id: Option<JournalId>,
        /// The journal of the outcome.
        pub closed_journal_id: Option<JournalId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1.
        pub version: i32,
    }
}

impl Resource for Dispute {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// Money that a processor sends to our bank.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Payout {
        /// Identity.
        pub id: PayoutId,
        /// Who sends it.
        pub processor: String,
        /// Its own id there.
        pub processor_ref: String,
        /// The sum that arrives, in minor units; negative: the processor takes money back.
        pub amount: Money,
        /// `pending`, `in_transit`, `paid`, `failed`, `cancelled` or `reconciled`.
        pub status: String,
        /// Day it should be in the bank.
        pub arrives_on: Date,
        /// The journal that moved it out of clearing.
        pub journal_id: Option<JournalId>,
        /// The journal that moved it back.
        pub reversal_journal_id: Option<JournalId>,
        /// What the processor said when it failed.
        pub failure_reason: Option<String>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1.
        pub version: i32,
    }
}

impl Resource for Payout {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A fee that a processor kept.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct ProcessorFee {
        /// Identity.
        pub id: ProcessorFeeId,
        /// The contribution it was kept from; null: a payout, or the account.
        pub contribution_id: Option<ContributionId>,
        /// The payout it was kept from.
        pub payout_id: Option<PayoutId>,
        /// Who kept it.
        pub processor: String,
        /// Its own id there.
        pub processor_ref: String,
        /// `processing`, `dispute`, `payout`, `conversion`, `account` or `adjustment`.
        pub kind: String,
        /// Without VAT, in minor units; negative: given back.
        pub amount: Money,
        /// VAT on it, minor units of the same currency; it cannot be reclaimed.
        pub vat_minor: i64,
        /// Accounting date.
        pub charged_on: Date,
        /// The journal that put it into the books.
        pub journal_id: JournalId,
        /// When it was recorded.
        pub created_at: Timestamp,
    }
}

impl Resource for ProcessorFee {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// What a processor reported to hold for us.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct ProcessorBalance {
        /// Identity.
        pub id: ProcessorBalanceId,
        /// Who reported it.
        pub processor: String,
        /// The day at whose end it was held.
        pub day: Date,
        /// What was held, available or not, in minor units; negative: we owe it.
        pub balance: Money,
        /// The processor's name of the report.
        pub report_ref: String,
        /// When it was recorded.
        pub created_at: Timestamp,
    }
}

impl Resource for ProcessorBalance {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// Reports and books side by side.
    #[derive(Debug)]
    pub struct Compared {
        /// Comparisons that were made.
        pub compared: i64,
        /// Of them, those in which the books and the report differ.
        pub different: i64,
        /// Those that wait for the report of another processor.
        pub unclear: i64,
    }
}

types::words! {
    /// How far a dispute has come.
    pub enum DisputeStatus {
        Warning = "warning",
        Closed = "closed",
        Opened = "opened",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
    }
}

types::words! {
    /// Where a payout stands.
    pub enum PayoutStatus {
        Pending = "pending",
        InTransit = "in_transit",
        Paid = "paid",
        Failed = "failed",
        Cancelled = "cancelled",
        Reconciled = "reconciled",
    }
}

types::words! {
    /// What a fee was kept for.
    pub enum FeeKind {
        Processing = "processing",
        Dispute = "dispute",
        Payout = "payout",
        Conversion = "conversion",
        Account = "account",
        Adjustment = "adjustment",
    }
}

macro_rules! balance {
    () => {
        "t.id, t.processor, t.day, t.balance_minor, t.currency, t.report_ref, t.created_at"
    };
}

statements! {
    /// A page of what processors reported to hold, newest first: of a processor, in a currency, of days from, before.
    pub const BALANCES: Sql<
        (
            Option<Line<50>>, Option<Currency>, Option<Date>, Option<Date>, Option<Timestamp>,
            Option<ProcessorBalanceId>, i64,
        ),
        ProcessorBalance,
    > = Sql::new(concat!(
        "select ", balance!(), "
         from giving.processor_balances t
         where ($1 is null or t.processor = $1)
           and ($2 is null or t.currency = $2)
           and ($3 is null or t.day >= $3)
           and ($4 is null or t.day < $4)
           and ($5 is null or (t.created_at, t.id) < ($5, $6))
         order by t.created_at desc, t.id desc
         limit $7"
    ));
    /// Keeps what a processor holds, once per scope and key; see `giving.record_balance` for what it breaks.
    pub const RECORD_BALANCE: Sql<(Key, Value, ContactId), Kept<ProcessorBalance>> = Sql::repeatable(concat!(
        "select ", balance!(), ", f.replayed
         from giving.record_balance($1, $2, $3, $4, $5) f
         cross join lateral (select (f.report).*) t"
    ))
    .never_null();
    /// Compares what processors reported with the books; no row: another run is at work.
    pub const COMPARE: Sql<(), Compared> =
        Sql::repeatable("select compared, different, unclear from giving.compare_processors()").never_null();
    /// A page of disputes, newest first: of a contribution, by status.
    pub const DISPUTES: Sql<
        (Option<ContributionId>, Option<&'static str>, Option<Timestamp>, Option<DisputeId>, i64),
        Dispute,
    > = Sql::new(
        "select id, contribution_id, processor, processor_ref, amount_minor, currency, fee_minor, reason, status,
           respond_by, opened_journal_id, closed_journal_id, created_at, version
         from giving.disputes
         where ($1 is null or contribution_id = $1)
           and ($2 is null or status = $2)
           and ($3 is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc
         limit $5"
    );
    /// A page of payouts, newest first: of a processor, by status, arriving from, arriving before.
    pub const PAYOUTS: Sql<
        (
            Option<Line<50>>, Option<&'static str>, Option<Date>, Option<Date>, Option<Timestamp>, Option<PayoutId>,
            i64,
        ),
        Payout,
    > = Sql::new(
        "select id, processor, processor_ref, amount_minor, currency, status, arrives_on, journal_id,
           reversal_journal_id, failure_reason, created_at, version
         from giving.payouts
         where ($1 is null or processor = $1)
           and ($2 is null or status = $2)
           and ($3 is null or arrives_on >= $3)
           and ($4 is null or arrives_on < $4)
           and ($5 is null or (created_at, id) < ($5, $6))
         order by created_at desc, id desc
         limit $7"
    );
    /// A page of fees, newest first: of a contribution, of a payout, by kind, charged from, charged before.
    pub const FEES: Sql<
        (
            Option<ContributionId>, Option<PayoutId>, Option<&'static str>, Option<Date>, Option<Date>,
            Option<Timestamp>, Option<ProcessorFeeId>, i64,
        ),
        ProcessorFee,
    > = Sql::new(
        "select id, contribution_id, payout_id, processor, processor_ref, kind, amount_minor, currency, vat_minor,
           charged_on, journal_id, created_at
         from giving.processor_fees
         where ($1 is null or contribution_id = $1)
           and ($2 is null or payout_id = $2)
           and ($3 is null or kind = $3)
           and ($4 is null or charged_on >= $4)
           and ($5 is null or charged_on < $5)
           and ($6 is null or (created_at, id) < ($6, $7))
         order by created_at desc, id desc
         limit $8"
    );
}
