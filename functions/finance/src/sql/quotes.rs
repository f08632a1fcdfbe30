//! What is offered to customers.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Date, Money, ProjectId, QuoteId, Text, Timestamp};
use uuid::Uuid;

use crate::sql::Kept;

row! {
    /// An offer to a customer.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Quote {
        /// Identity.
        pub id: QuoteId,
        /// Number on the document, without gaps; null: not sent.
        pub number: Option<String>,
        /// Day on the document.
        pub issued_on: Option<Date>,
        /// Project it is for.
        pub project_ref: Option<ProjectId>,
        /// Building it is for.
        pub building_ref: Option<Uuid>,
        /// Contact or company it is for.
        pub customer_ref: ContactId,
        /// Name and address as they stand on it.
        #[cfg_attr(feature = "openapi", schemars(with = "crate::lines::Customer"))]
        pub customer: Value,
        /// Sum of the lines without tax; without those that are optional.
        pub net: Money,
        /// Sum of their tax.
        pub tax: Money,
        /// What is to be paid.
        pub total: Money,
        /// Discount on the whole, in hundredths of a percent; lines with `is_discount` carry it.
        pub discount_bp: i32,
        /// The same as an amount without tax.
        pub discount: Money,
        /// Discount for paying early, in hundredths of a percent.
        pub early_payment_bp: i32,
        /// Days within which that holds.
        pub early_payment_days: i32,
        /// Terms; null: the general ones.
        pub terms: Option<Text<20_000>>,
        /// `draft`, `sent`, `withdrawn`, `accepted`, `declined`, `expired`, `superseded`, `awarded`, `in_progress` or
        /// `completed`.
        pub status: String,
        /// Last day of the offer.
        pub valid_until: Option<Date>,
        /// Quote it takes the place of.
        pub replaces_id: Option<QuoteId>,
        /// When the customer accepted.
        pub accepted_at: Option<Timestamp>,
        /// Who accepted.
        pub accepted_by: Option<ContactId>,
        /// Why the customer declined.
        pub decline_reason: Option<String>,
        /// When it was written.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Quote {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

/// A line of a quote; `trade.quote_lines_of` writes it.
#[cfg(feature = "openapi")]
#[derive(Debug, schemars::JsonSchema)]
#[allow(dead_code, reason = "the database writes it, this is its shape")]
pub struct QuoteLine {
    id: Uuid,
    position: i32,
    product_id: Option<types::ProductId>,
    description: String,
    /// Digits with a point: `2.5`.
    quantity: String,
    unit: String,
    unit_price: Money,
    discount_bp: i32,
    net: Money,
    tax_code: String,
    tax_bp: i32,
    tax: Money,
    component_type: Option<String>,
    measure_ref: Option<Uuid>,
    is_optional: bool,
    /// A part of the discount on the whole: what is taxed at this rate bears it.
    is_discount: bool,
}

row! {
    /// An offer to a customer with its lines.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct QuoteWithLines {
        /// The offer.
        #[serde(flatten)]
        pub quote: Quote,
        /// Its lines, in their order.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<QuoteLine>"))]
        pub lines: Value,
    }
}

impl Resource for QuoteWithLines {
    fn id(&self) -> String {
        self.quote.id()
    }
    fn version(&self) -> Option<i32> {
        self.quote.version()
    }
}

types::words! {
    /// Where a quote stands.
    pub enum QuoteStatus {
        Draft = "draft",
        Sent = "sent",
        Withdrawn = "withdrawn",
        Accepted = "accepted",
        Declined = "declined",
        Expired = "expired",
        Superseded = "superseded",
        Awarded = "awarded",
        InProgress = "in_progress",
        Completed = "completed",
    }
}

row! {
    /// Quotes that a run of the job has expired.
    #[derive(Debug)]
    pub struct Expired {
        /// How many.
        pub expired: i64,
    }
}

macro_rules! columns {
    () => {
        "t.id, t.number, t.issued_on, t.project_ref, t.building_ref, t.customer_ref, t.customer, t.net_minor,
         t.tax_minor, t.total_minor, t.discount_bp, t.discount_minor, t.currency, t.early_payment_bp, t.early_payment_days, t.terms, t.status,
         t.valid_until, t.replaces_id, t.accepted_at, t.accepted_by, t.decline_reason, t.created_at, t.version"
    };
}

statements! {
    /// A page of quotes, newest first: customer, project, status, cursor, limit.
    pub const NEWEST: Sql<
        (
            Option<ContactId>, Option<ProjectId>, Option<&'static str>, Option<Timestamp>, Option<QuoteId>, i64,
        ),
        Quote,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from trade.quotes t
         where t.deleted_at is null
           and ($1 is null or t.customer_ref = $1)
           and ($2 is null or t.project_ref = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or (t.created_at, t.id) < ($4, $5))
         order by t.created_at desc, t.id desc
         limit $6"
    ));
    /// A quote with its lines.
    pub const FIND: Sql<(QuoteId,), QuoteWithLines> = Sql::new(concat!(
        "select ", columns!(), ", trade.quote_lines_of(t.id, t.currency) as lines
         from trade.quotes t
         where t.id = $1 and t.deleted_at is null"
    ))
    .never_null();
    /// Writes a draft, once per scope and key; see `trade.create_quote` for what it breaks.
    pub const CREATE: Sql<(Key, Value, ContactId), Kept<QuoteWithLines>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.lines, f.replayed
         from trade.create_quote($1, $2, $3, $4, $5) f
         cross join lateral (select (f.quote).*) t"
    ))
    .never_null();
    /// Changes the draft `$1` of version `$2`; see `trade.update_quote` for what it breaks.
    pub const UPDATE: Sql<(QuoteId, i32, Value, ContactId), QuoteWithLines> = Sql::new(concat!(
        "select ", columns!(), ", f.lines
         from trade.update_quote($1, $2, $3, $4) f
         cross join lateral (select (f.quote).*) t"
    ))
    .never_null();
    /// Takes a quote one step further, once per scope and key: id, version, step, last day, who accepted, why; see
    /// `trade.step_quote` for what it breaks.
    pub const STEP: Sql<
        (
            Key, QuoteId, i32, &'static str, Option<Date>, Option<ContactId>, Option<Text<500>>, ContactId,
        ),
        Kept<QuoteWithLines>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.lines, f.replayed
         from trade.step_quote($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) f
         cross join lateral (select (f.quote).*) t"
    ))
    .never_null();
    /// Expires quotes whose last day is over, at most that many.
    pub const EXPIRE: Sql<(i32,), Expired> =
        Sql::repeatable("select trade.expire_quotes($1) as expired").never_null();
}
