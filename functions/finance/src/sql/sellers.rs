//! Who we are, as it stands on what we sell.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Date, Email, SellerId, Timestamp};

use crate::sql::Kept;

row! {
    /// Our name, address and numbers from a day on.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Seller {
        /// Identity.
        pub id: SellerId,
        /// First day on which it stands on documents.
        pub valid_from: Date,
        /// Our name by law.
        pub name: String,
        /// Street and number.
        pub street: String,
        /// Postcode.
        pub postal_code: String,
        /// Town.
        pub city: String,
        /// ISO 3166-1 alpha-2 code.
        pub country: String,
        /// Our number for value added tax, with its country; null: not registered.
        pub vat_number: Option<String>,
        /// Our number in the register of companies.
        pub company_number: Option<String>,
        /// Our number in the register of charities.
        pub charity_number: Option<String>,
        /// Where questions go.
        pub email: Option<Email>,
        /// When it was recorded.
        pub created_at: Timestamp,
    }
}

impl Resource for Seller {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

/// Who issued an invoice, as it stands on it; `trade.seller_of` writes it.
#[cfg(feature = "openapi")]
#[derive(Debug, schemars::JsonSchema)]
#[allow(dead_code, reason = "the database writes it, this is its shape")]
#[schemars(rename = "PrintedSeller")]
pub(crate) struct Printed {
    name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
    #[schemars(default)]
    vat_number: Option<String>,
    #[schemars(default)]
    company_number: Option<String>,
    #[schemars(default)]
    charity_number: Option<String>,
    #[schemars(default)]
    email: Option<String>,
}

macro_rules! columns {
    () => {
        "t.id, t.valid_from, t.name, t.street, t.postal_code, t.city, t.country, t.vat_number, t.company_number,
         t.charity_number, t.email, t.created_at"
    };
}

statements! {
    /// A page of what we were and are, latest first day first.
    pub const LATEST: Sql<(Option<Date>, Option<SellerId>, i64), Seller> = Sql::new(concat!(
        "select ", columns!(), "
         from trade.sellers t
         where $1 is null or (t.valid_from, t.id) < ($1, $2)
         order by t.valid_from desc, t.id desc
         limit $3"
    ));
    /// Says who we are from a day on, once per scope and key; see `trade.create_seller` for what it breaks.
    pub const CREATE: Sql<(Key, Value, ContactId), Kept<Seller>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from trade.create_seller($1, $2, $3, $4, $5) f
         cross join lateral (select (f.seller).*) t"
    ))
    .never_null();
}
