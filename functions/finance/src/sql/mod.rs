//! The row types and statements of the finance domain.
use db::{Column, FromRow, ReadError, Row};

/// Whether the contributor that stands for the contact `$contact` is within the [`db::Scope`] of a parameter: anybody, or
/// whoever is that contact now.
macro_rules! own {
    ($viewer:literal, $contact:literal) => {
        concat!(
            "(",
            $viewer,
            " is null or ",
            $contact,
            " = any (finance.contacts_of(",
            $viewer,
            ")))"
        )
    };
}

pub mod allocations;
pub mod audit;
pub mod bank;
pub mod bank_lines;
pub mod books;
pub mod claims;
pub mod contributions;
pub mod contributors;
pub mod conversions;
pub mod disbursements;
pub mod events;
pub mod gift_aid;
pub mod grants;
pub mod invoices;
pub mod ledger;
pub mod mandates;
pub mod opening;
pub mod partner_bank_accounts;
pub mod processors;
pub mod products;
pub mod proposals;
pub mod quotes;
pub mod refunds;
pub mod sellers;
pub mod settlements;
pub mod small_donations;
pub mod tax_identities;
pub mod webhooks;

/// The statements of every module, for the record that the next release is compared with.
pub const NAMED: &[(&str, db::Named)] = &[
    ("allocations", allocations::NAMED),
    ("audit", audit::NAMED),
    ("bank", bank::NAMED),
    ("bank_lines", bank_lines::NAMED),
    ("books", books::NAMED),
    ("claims", claims::NAMED),
    ("contributions", contributions::NAMED),
    ("contributors", contributors::NAMED),
    ("conversions", conversions::NAMED),
    ("disbursements", disbursements::NAMED),
    ("events", events::NAMED),
    ("gift_aid", gift_aid::NAMED),
    ("grants", grants::NAMED),
    ("invoices", invoices::NAMED),
    ("ledger", ledger::NAMED),
    ("mandates", mandates::NAMED),
    ("opening", opening::NAMED),
    ("partner_bank_accounts", partner_bank_accounts::NAMED),
    ("processors", processors::NAMED),
    ("products", products::NAMED),
    ("proposals", proposals::NAMED),
    ("quotes", quotes::NAMED),
    ("refunds", refunds::NAMED),
    ("sellers", sellers::NAMED),
    ("settlements", settlements::NAMED),
    ("small_donations", small_donations::NAMED),
    ("tax_identities", tax_identities::NAMED),
    ("webhooks", webhooks::NAMED),
];

/// A row that a posting statement returned.
#[derive(Debug)]
pub struct Kept<T> {
    /// As it was recorded.
    pub row: T,
    /// Whether it had been recorded before under the same key: nothing happened now.
    pub replayed: bool,
}

impl<T: FromRow> FromRow for Kept<T> {
    fn from_row(row: &Row) -> Result<Self, ReadError> {
        Ok(Kept { row: T::from_row(row)?, replayed: row.try_get("replayed")? })
    }
    fn columns() -> Vec<Column> {
        let mut columns = T::columns();
        <bool as db::Field>::columns("replayed", &mut columns);
        columns
    }
}
