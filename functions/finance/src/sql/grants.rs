//! Grants that others give us.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    ContactId, Currency, Date, FundId, FundingApplicationId, GrantId, JournalId, Money, ProjectId,
    Timestamp,
};

use crate::sql::Kept;

row! {
    /// A grant that somebody gives us, from its approval to the last payment.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Grant {
        /// Identity.
        pub id: GrantId,
        /// The funding application that was approved; one grant each.
        pub application_ref: FundingApplicationId,
        /// Fund it goes to.
        pub fund_id: FundId,
        /// Project it is for; null: wherever it is needed most.
        pub project_ref: Option<ProjectId>,
        /// Who gives it.
        pub payer_name: String,
        /// What was approved, in minor units.
        pub amount: Money,
        /// What of it has arrived, minor units.
        pub received_minor: i64,
        /// What has to go back, minor units; null: nothing.
        pub repayable_minor: Option<i64>,
        /// `approved`, `part_received`, `received`, `withdrawn`, `written_off`, `repayable` or `repaid`.
        pub status: String,
        /// Accounting date of the approval.
        pub approved_on: Date,
        /// The journal of the receivable.
        pub journal_id: Option<JournalId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Grant {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where a grant stands.
    pub enum GrantStatus {
        Approved = "approved",
        PartReceived = "part_received",
        Received = "received",
        Withdrawn = "withdrawn",
        WrittenOff = "written_off",
        Repayable = "repayable",
        Repaid = "repaid",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.application_ref, t.fund_id, t.project_ref, t.payer_name, t.amount_minor, t.currency,
         t.received_minor, t.repayable_minor, t.status, t.approved_on, t.journal_id, t.created_at, t.version"
    };
}

statements! {
    /// A page of grants, newest first: of a project, by status.
    pub const NEWEST: Sql<
        (Option<ProjectId>, Option<&'static str>, Option<Timestamp>, Option<GrantId>, i64),
        Grant,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from giving.grants t
         where ($1 is null or t.project_ref = $1)
           and ($2 is null or t.status = $2)
           and ($3 is null or (t.created_at, t.id) < ($3, $4))
         order by t.created_at desc, t.id desc
         limit $5"
    ));
    /// A grant.
    pub const FIND: Sql<(GrantId,), Grant> =
        Sql::new(concat!("select ", columns!(), " from giving.grants t where t.id = $1"));
    /// Records a grant, once per scope and key; see `giving.approve_grant` for what it breaks.
    pub const APPROVE: Sql<(Key, Value, ContactId, String), Kept<Grant>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.approve_grant($1, $2, $3, $4, $5, $6) f
         cross join lateral (select (f.award).*) t"
    ))
    .never_null();
    /// Takes a grant one step further, once per scope and key; see `giving.step_grant` for what it breaks.
    pub const STEP: Sql<
        (
            Key, GrantId, i32, &'static str, Option<i64>, Option<Currency>, Option<Date>, Option<String>, ContactId,
            String,
        ),
        Kept<Grant>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.step_grant($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) f
         cross join lateral (select (f.award).*) t"
    ))
    .never_null();
}
