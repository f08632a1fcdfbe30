//! What was given.
use api::Resource;
use db::{Column, Field, ReadError, Row, Scope, Sql, Type, idempotency::Key, row, statements};
use serde::Serialize;
use types::{
    ContactId, ContributionId, ContributorId, Currency, Date, FundId, JournalId, Line, Money,
    ProjectId, Text, ThemeId, Timestamp,
};

use crate::sql::Kept;

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
        /// The theme it was given for; null: none.
        pub theme_ref: Option<ThemeId>,
        /// `restricted` to the project or theme, or `unrestricted`.
        pub designation: String,
        /// Gross amount in minor units.
        pub amount: Money,
        /// What the contributor added for the processor's fee.
        pub fee_cover: Money,
        /// What the contributor added for the platform.
        pub tip: Money,
        /// What the contributor saw and paid, if in another currency.
        pub presentment: Presentment,
        /// Words of the contributor.
        pub note: Option<Text<500>>,
        /// `created`, `processing`, `settled`, `failed`, `partially_refunded`, `refunded`,
        /// `disputed` or `charged_back`.
        pub status: String,
        /// Who processed the payment.
        pub provider: Option<String>,
        /// Its own id there.
        pub provider_ref: Option<String>,
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

/// What a contributor saw and paid in another currency than the books have it in; null: the same.
#[derive(Debug, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Presentment(pub Option<Money>);

/// Two columns, as money has, but the currency is not the row's.
impl Field for Presentment {
    fn columns(_: &'static str, out: &mut Vec<Column>) {
        let column = |name: &str, ty| Column { name: name.to_owned(), ty, nullable: true };
        out.push(column("presentment_minor", Type::INT8));
        out.push(column("presentment_currency", Type::TEXT));
    }
    fn read(row: &Row, _: &str) -> Result<Self, ReadError> {
        let minor: Option<i64> = row.try_get("presentment_minor")?;
        let currency: Option<Currency> = row.try_get("presentment_currency")?;
        // A check of the table keeps it in the range of money.
        Ok(Presentment(minor.zip(currency).and_then(|(minor, c)| Money::new(minor, c).ok())))
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
        "t.id, t.contributor_id, t.fund_id, t.project_ref, t.theme_ref, t.designation, t.amount_minor,
         t.fee_cover_minor, t.tip_minor, t.presentment_minor, t.presentment_currency, t.currency,
         t.note, t.status, t.provider, t.provider_ref, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version"
    };
}

/// Whose, contributor, project, status, from day, before day, cursor, limit.
type Page = Sql<
    (
        Scope,
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
             where ",
            own!("$1", "c.contact_ref"),
            "
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
    pub const FIND: Sql<(ContributionId, Scope), Contribution> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.contributions t
         join giving.contributors c on c.id = t.contributor_id
         where t.id = $1 and ", own!("$2", "c.contact_ref")
    ));
    /// Records a contribution and posts it, once per scope and key; no row if the contributor is unknown, or not the
    /// contact `$21`. The function is called for the contributor found, and so only if one is. See `giving.give` for
    /// what it breaks.
    pub const GIVE: Sql<
        (
            Key, Option<ContributionId>, ContributorId, Option<ProjectId>, Option<ThemeId>, Money, i64, i64,
            Option<Text<500>>, Option<Date>, Option<Line<50>>, Option<Line<200>>, Option<i64>, Option<Money>,
            ContactId, String, Option<ContactId>,
        ),
        Kept<Contribution>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.contributors c
         cross join lateral giving.give(
           $1, $2, $3, $4, c.id, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) f
         cross join lateral (select (f.contribution).*) t
         where c.id = $5 and ", own!("$21", "c.contact_ref")
    ))
    .never_null();
}
