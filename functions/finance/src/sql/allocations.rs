//! What was moved between funds.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    AllocationId, ContactId, ContributionId, Currency, FundId, JournalId, Money, Text, Timestamp,
};

use crate::sql::Kept;

row! {
    /// Money moved from one fund to another.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Allocation {
        /// Identity.
        pub id: AllocationId,
        /// Fund it left.
        pub from_fund_id: FundId,
        /// Fund it entered.
        pub to_fund_id: FundId,
        /// Contribution it is part of; null: out of the pool.
        pub contribution_id: Option<ContributionId>,
        /// How much, in minor units.
        pub amount: Money,
        /// Why.
        pub reason: Text<500>,
        /// `proposed`, `confirmed`, `rejected` or `reversed`.
        pub status: String,
        /// The journal that moved it.
        pub journal_id: Option<JournalId>,
        /// The journal that moved it back.
        pub reversal_journal_id: Option<JournalId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Allocation {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where an allocation stands.
    pub enum AllocationStatus {
        Proposed = "proposed",
        Confirmed = "confirmed",
        Rejected = "rejected",
        Reversed = "reversed",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.from_fund_id, t.to_fund_id, t.contribution_id, t.amount_minor, t.currency, t.reason, t.status,
         t.journal_id, t.reversal_journal_id, t.created_at, t.version"
    };
}

statements! {
    /// A page of allocations, newest first: by giving fund, receiving fund, status.
    pub const NEWEST: Sql<
        (
            Option<FundId>, Option<FundId>, Option<&'static str>, Option<Timestamp>, Option<AllocationId>, i64,
        ),
        Allocation,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from giving.allocations t
         where ($1 is null or t.from_fund_id = $1)
           and ($2 is null or t.to_fund_id = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or (t.created_at, t.id) < ($4, $5))
         order by t.created_at desc, t.id desc
         limit $6"
    ));
    /// An allocation.
    pub const FIND: Sql<(AllocationId,), Allocation> =
        Sql::new(concat!("select ", columns!(), " from giving.allocations t where t.id = $1"));
    /// Moves money to funds, all or none, once per scope and key; see `giving.allocate` for what it breaks.
    pub const ALLOCATE: Sql<
        (Key, FundId, Currency, Value, Option<ContributionId>, Text<500>, ContactId, String),
        Kept<Allocation>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.allocate($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) f
         cross join lateral (select (f.allocation).*) t"
    ))
    .never_null();
    /// Moves it back, once per scope and key; see `giving.reverse_allocation` for what it breaks.
    pub const REVERSE: Sql<(Key, AllocationId, i32, Text<500>, ContactId, String), Kept<Allocation>> =
        Sql::repeatable(concat!(
            "select ", columns!(), ", f.replayed
             from giving.reverse_allocation($1, $2, $3, $4, $5, $6, $7, $8) f
             cross join lateral (select (f.allocation).*) t"
        ))
        .never_null();
}
