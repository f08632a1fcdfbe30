//! What was given.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use types::{
    ContactId, ContributionId, ContributorId, Date, FundId, JournalId, Money, ProjectId, Text,
    Timestamp,
};

row! {
    /// Money given, as it stands in the books.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Contribution {
        /// Identity.
        pub id: ContributionId,
        /// Who gave it.
        pub contributor_id: ContributorId,
        /// The fund it went to.
        pub fund_id: FundId,
        /// The project it was given for; null: wherever it is needed most.
        pub project_ref: Option<ProjectId>,
        /// `restricted` to the project, or `unrestricted`.
        pub designation: String,
        /// Gross amount in minor units.
        pub amount: Money,
        /// Words of the contributor.
        pub note: Option<Text<500>>,
        /// `created`, `processing`, `settled`, `failed`, `partially_refunded`, `refunded`,
        /// `disputed` or `charged_back`.
        pub status: String,
        /// Day of the gift, the accounting date.
        pub occurred_on: Date,
        /// When the money was ours.
        pub settled_at: Option<Timestamp>,
        /// The journal that put it into the books.
        pub journal_id: Option<JournalId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Contribution {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A recorded contribution, and whether it had been recorded before under the same key.
    #[derive(Debug)]
    pub struct Recorded {
        /// The row as it was recorded.
        pub contribution: Contribution,
        /// True if nothing happened now.
        pub replayed: bool,
    }
}

types::words! {
    /// Where a contribution stands.
    pub enum ContributionStatus {
        Created = "created",
        Processing = "processing",
        Settled = "settled",
        Failed = "failed",
        PartiallyRefunded = "partially_refunded",
        Refunded = "refunded",
        Disputed = "disputed",
        ChargedBack = "charged_back",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
         t.note, t.status, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version"
    };
}

/// Whose, contributor, project, status, from day, before day, cursor, limit.
type Page = Sql<
    (
        Option<ContactId>,
        Option<ContributorId>,
        Option<ProjectId>,
        Option<&'static str>,
        Option<Date>,
        Option<Date>,
        Option<Timestamp>,
        Option<ContributionId>,
        i64,
    ),
    Contribution,
>;

macro_rules! page {
    ($than:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from giving.contributions t
             join giving.contributors c on c.id = t.contributor_id
             where ($1 is null or c.contact_ref = $1)
               and ($2 is null or t.contributor_id = $2)
               and ($3 is null or t.project_ref = $3)
               and ($4 is null or t.status = $4)
               and ($5 is null or t.occurred_on >= $5)
               and ($6 is null or t.occurred_on < $6)
               and ($7 is null or (t.created_at, t.id) ",
            $than,
            " ($7, $8))
             order by ",
            $order,
            "
             limit $9"
        ))
    };
}

statements! {
    /// A page of contributions, newest first.
    pub const NEWEST: Page = page!("<", "t.created_at desc, t.id desc");
    /// The same, oldest first.
    pub const OLDEST: Page = page!(">", "t.created_at, t.id");
    /// A contribution: of anyone, or of the contact `$2` only.
    pub const FIND: Sql<(ContributionId, Option<ContactId>), Contribution> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.contributions t
         join giving.contributors c on c.id = t.contributor_id
         where t.id = $1 and ($2 is null or c.contact_ref = $2)"
    ));
    /// Records a contribution and posts its journal, once per scope and key; no row if the
    /// contributor is unknown, or not the contact `$13`. The function is called for the contributor
    /// found, and so only if one is. Breaks `idempotency_keys_fingerprint`, `contributions_pkey`,
    /// `contributions_contributor_id_fkey`, `contributions_currency_fkey`, `accounting_periods_open`.
    pub const CONTRIBUTE: Sql<
        (
            String, String, Vec<u8>, ContributionId, ContributorId, Option<ProjectId>, Money,
            Option<Text<500>>, Option<Date>, ContactId, String, Option<ContactId>,
        ),
        Recorded,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", t.replayed
         from giving.contributors c
         cross join lateral giving.contribute($1, $2, $3, $4, c.id, $6, $7, $8, $9, $10, $11, $12) t
         where c.id = $5 and ($13 is null or c.contact_ref = $13)"
    ))
    .never_null();
}
