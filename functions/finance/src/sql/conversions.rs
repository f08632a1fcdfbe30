//! Money that was changed into another currency.
use api::Resource;
use db::{Column, Field, ReadError, Row, Sql, Type, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, ConversionId, Currency, Date, FundId, JournalId, Money, Timestamp};

use crate::sql::Kept;

row! {
    /// Money of a fund that was changed into another currency.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Conversion {
        /// Identity.
        pub id: ConversionId,
        /// Fund whose money it is.
        pub fund_id: FundId,
        /// Where the money stands, before and after: `1000` bank, `1200` processor.
        pub code: String,
        /// The bank's or processor's own reference.
        pub provider_ref: String,
        /// What was given away, in minor units.
        pub from: Side,
        /// What came for it, before the fee.
        pub to: Side,
        /// Units of the second currency for one of the first, an exact decimal number.
        pub rate: String,
        /// What was kept of it.
        pub fee: Side,
        /// Accounting date.
        pub converted_on: Date,
        /// The journal.
        pub journal_id: JournalId,
        /// When it was recorded.
        pub created_at: Timestamp,
    }
}

impl Resource for Conversion {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

/// An amount with a currency of its own, not that of its row.
#[derive(Debug, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Side(pub Money);

impl Field for Side {
    fn columns(name: &'static str, out: &mut Vec<Column>) {
        let column = |name: String, ty| Column { name, ty, nullable: false };
        out.push(column(format!("{name}_minor"), Type::INT8));
        out.push(column(format!("{name}_currency"), Type::TEXT));
    }
    fn read(row: &Row, name: &str) -> Result<Self, ReadError> {
        let minor: i64 = row.try_get(format!("{name}_minor").as_str())?;
        let currency: Currency = row.try_get(format!("{name}_currency").as_str())?;
        // A check of the table keeps it in the range of money.
        Ok(Side(Money::new(minor, currency).unwrap_or(Money::zero(currency))))
    }
}

macro_rules! columns {
    () => {
        "t.id, t.fund_id, t.code, t.provider_ref, t.from_minor, t.from_currency, t.to_minor, t.to_currency,
         t.rate::text as rate, t.fee_minor, t.to_currency as fee_currency, t.converted_on, t.journal_id, t.created_at"
    };
}

statements! {
    /// A page of conversions, newest first: of a fund.
    pub const NEWEST: Sql<
        (Option<FundId>, Option<Timestamp>, Option<ConversionId>, i64),
        Conversion,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from giving.conversions t
         where ($1 is null or t.fund_id = $1)
           and ($2 is null or (t.created_at, t.id) < ($2, $3))
         order by t.created_at desc, t.id desc
         limit $4"
    ))
    .never_null();
    /// A conversion.
    pub const FIND: Sql<(ConversionId,), Conversion> = Sql::new(concat!(
        "select ", columns!(), " from giving.conversions t where t.id = $1"
    ))
    .never_null();
    /// Records a conversion, once per scope and key; see `giving.convert` for what it breaks.
    pub const CONVERT: Sql<(Key, Value, ContactId, String), Kept<Conversion>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.convert($1, $2, $3, $4, $5, $6) f
         cross join lateral (select (f.conversion).*) t"
    ))
    .never_null();
}
