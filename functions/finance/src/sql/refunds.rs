//! What went back to contributors.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use types::{
    ContactId, ContributionId, Currency, JournalId, Line, Money, RefundId, Text, Timestamp,
};

use crate::sql::Kept;

row! {
    /// Money given back.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Refund {
        /// Identity.
        pub id: RefundId,
        /// What was given.
        pub contribution_id: ContributionId,
        /// All that goes back, in minor units.
        pub amount: Money,
        /// Part of it that was a tip to the platform.
        pub tip: Money,
        /// What becomes of the processor's fee: `kept`, `returned`, or `covered` by the platform.
        pub fee: String,
        /// Why: `requested`, `duplicate`, `mistake`, `fraud`, `project_cancelled` or `other`.
        pub reason: String,
        /// More about it.
        pub note: Option<Text<500>>,
        /// `requested`, `processing`, `settled` or `failed`.
        pub status: String,
        /// Who pays it out.
        pub processor: String,
        /// Its own id there.
        pub processor_ref: Option<String>,
        /// When the money left.
        pub settled_at: Option<Timestamp>,
        /// The journal that put it into the books.
        pub journal_id: Option<JournalId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1.
        pub version: i32,
    }
}

impl Resource for Refund {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Why money goes back.
    pub enum RefundReason {
        Requested = "requested",
        Duplicate = "duplicate",
        Mistake = "mistake",
        Fraud = "fraud",
        ProjectCancelled = "project_cancelled",
        Other = "other",
    }
}

types::words! {
    /// What becomes of the processor's fee.
    pub enum RefundFee {
        Kept = "kept",
        Returned = "returned",
        Covered = "covered",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.contribution_id, t.amount_minor, t.tip_minor, t.currency, t.fee, t.reason, t.note, t.status,
         t.processor, t.processor_ref, t.settled_at, t.journal_id, t.created_at, t.version"
    };
}

statements! {
    /// A page of the refunds of a contribution, newest first: of anyone, or of the contact `$2` only.
    pub const OF_CONTRIBUTION: Sql<
        (ContributionId, Option<ContactId>, Option<Timestamp>, Option<RefundId>, i64),
        Refund,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from giving.refunds t
         join giving.contributions g on g.id = t.contribution_id
         join giving.contributors c on c.id = g.contributor_id
         where t.contribution_id = $1
           and ", own!("$2", "c.contact_ref"), "
           and ($3 is null or (t.created_at, t.id) < ($3, $4))
         order by t.created_at desc, t.id desc
         limit $5"
    ));
    /// Refunds a contribution, once per scope and key; see `giving.refund` for what it breaks.
    pub const REFUND: Sql<
        (
            Key, ContributionId, Option<i64>, Option<Currency>, Option<i64>, &'static str, Option<Text<500>>,
            Option<&'static str>, Option<Line<200>>, ContactId, String,
        ),
        Kept<Refund>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.refund($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) f
         cross join lateral (select (f.refund).*) t"
    ))
    .never_null();
}
