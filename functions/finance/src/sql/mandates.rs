//! Standing promises to give.
use api::Resource;
use db::{Scope, Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, ContributorId, Date, FundId, MandateId, Money, ProjectId, Timestamp};

use crate::sql::Kept;

row! {
    /// A standing promise to give; its processor collects an amount at each date until somebody stops it.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Mandate {
        /// Identity.
        pub id: MandateId,
        /// Who gives.
        pub contributor_id: ContributorId,
        /// Fund it goes to.
        pub fund_id: FundId,
        /// Project it is for; null: for whatever needs it most.
        pub project_ref: Option<ProjectId>,
        /// Who collects it.
        pub processor: String,
        /// The processor's own id of it; null: not known yet.
        pub processor_ref: Option<String>,
        /// What is collected each time.
        pub amount: Money,
        /// `weekly`, `monthly`, `quarterly` or `yearly`.
        pub frequency: String,
        /// Day of collection; null: that of the first one.
        pub day_of_month: Option<i32>,
        /// `pending`, `active`, `paused`, `cancelled`, `failed` or `expired`.
        pub status: String,
        /// No collection before it.
        pub starts_on: Date,
        /// No collection after it.
        pub ends_on: Option<Date>,
        /// Next day of collection; null: none.
        pub next_on: Option<Date>,
        /// When it was cancelled.
        pub cancelled_at: Option<Timestamp>,
        /// Why.
        pub cancel_reason: Option<String>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Mandate {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where a standing promise stands.
    pub enum MandateStatus {
        Pending = "pending",
        Active = "active",
        Paused = "paused",
        Cancelled = "cancelled",
        Failed = "failed",
        Expired = "expired",
    }
}

types::words! {
    /// How often something is collected.
    pub enum Frequency {
        Weekly = "weekly",
        Monthly = "monthly",
        Quarterly = "quarterly",
        Yearly = "yearly",
    }
}

row! {
    /// Due dates that a run of the job took.
    #[derive(Debug)]
    pub struct Collected {
        /// How many.
        pub taken: i64,
    }
}

macro_rules! columns {
    () => {
        "t.id, t.contributor_id, t.fund_id, t.project_ref, t.processor, t.processor_ref, t.amount_minor, t.currency,
         t.frequency, t.day_of_month, t.status, t.starts_on, t.ends_on, t.next_on, t.cancelled_at, t.cancel_reason,
         t.created_at, t.version"
    };
}

statements! {
    /// A page of standing promises, newest first: whose, contributor, status, cursor, limit.
    pub const NEWEST: Sql<
        (
            Scope, Option<ContributorId>, Option<&'static str>, Option<Timestamp>, Option<MandateId>, i64,
        ),
        Mandate,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from giving.recurring_mandates t
         join giving.contributors c on c.id = t.contributor_id
         where ", own!("$1", "c.contact_ref"), "
           and ($2 is null or t.contributor_id = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or (t.created_at, t.id) < ($4, $5))
         order by t.created_at desc, t.id desc
         limit $6"
    ));
    /// A standing promise: of anyone, or of the contact `$2` only.
    pub const FIND: Sql<(MandateId, Scope), Mandate> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.recurring_mandates t
         join giving.contributors c on c.id = t.contributor_id
         where t.id = $1
           and ", own!("$2", "c.contact_ref")
    ));
    /// Records one, once per scope and key; see `giving.create_mandate` for what it breaks.
    pub const CREATE: Sql<(Key, Value, Scope, ContactId), Kept<Mandate>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.create_mandate($1, $2, $3, $4, $5, $6) f
         cross join lateral (select (f.mandate).*) t"
    ))
    .never_null();
    /// Takes one a step further, once per scope and key: id, version, step, words, whose; see `giving.step_mandate` for
    /// what it breaks.
    pub const STEP: Sql<
        (Key, MandateId, i32, &'static str, Option<String>, Scope, ContactId),
        Kept<Mandate>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.step_mandate($1, $2, $3, $4, $5, $6, $7, $8, $9) f
         cross join lateral (select (f.mandate).*) t"
    ))
    .never_null();
    /// Expects what is due, one due date of at most that many.
    pub const COLLECT: Sql<(i32,), Collected> =
        Sql::repeatable("select giving.collect_mandates($1) as taken").never_null();
}
