//! What settles an invoice: payments and credit notes.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    ContactId, CreditNoteId, Date, InvoiceId, InvoicePaymentId, JournalId, Money, Text, Timestamp,
};

use crate::sql::Kept;

row! {
    /// A payment of an invoice, and what it left.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct InvoicePayment {
        /// Identity.
        pub id: InvoicePaymentId,
        /// The invoice.
        pub invoice_id: InvoiceId,
        /// How much; below 0: went back.
        pub amount: Money,
        /// Discount for paying early that it took.
        pub discount: Money,
        /// Accounting date.
        pub paid_on: Date,
        /// `bank_transfer`, `card`, `direct_debit`, `cash` or `offset`.
        pub method: String,
        /// What the bank or processor calls it.
        pub payment_ref: Option<String>,
        /// The journal that put it into the books.
        pub journal_id: JournalId,
        /// What the customer still owes after it; below 0: what we owe back.
        pub open: Money,
        /// Where the money of the invoice stands after it.
        pub claim_status: String,
        /// When it was recorded.
        pub created_at: Timestamp,
    }
}

impl Resource for InvoicePayment {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

types::words! {
    /// How an invoice is paid.
    pub enum PaymentMethod {
        BankTransfer = "bank_transfer",
        Card = "card",
        DirectDebit = "direct_debit",
        Cash = "cash",
    }
}

/// A line of a credit note; `trade.credit_lines_of` writes it.
#[cfg(feature = "openapi")]
#[derive(Debug, schemars::JsonSchema)]
#[allow(dead_code, reason = "the database writes it, this is its shape")]
pub struct CreditNoteLine {
    id: uuid::Uuid,
    position: i32,
    invoice_line_id: Option<types::InvoiceLineId>,
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
}

row! {
    /// A correction of an invoice.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct CreditNote {
        /// Identity.
        pub id: CreditNoteId,
        /// Number on the document, without gaps.
        pub number: Option<String>,
        /// Day on the document.
        pub issued_on: Option<Date>,
        /// Invoice it corrects.
        pub invoice_id: InvoiceId,
        /// Why, as on the document.
        pub reason: Text<500>,
        /// Sum of its lines without tax.
        pub net: Money,
        /// Sum of their tax.
        pub tax: Money,
        /// What it takes off the invoice.
        pub total: Money,
        /// The journal that took it out of the books.
        pub journal_id: Option<JournalId>,
        /// When it was issued.
        pub created_at: Timestamp,
        /// Its lines, in their order.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<CreditNoteLine>"))]
        pub lines: Value,
        /// What the customer still owes of the invoice after it; below 0: what we owe back.
        pub open: Money,
    }
}

impl Resource for CreditNote {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

statements! {
    /// Records a payment, once per scope and key; see `trade.pay_invoice` for what it breaks.
    pub const PAY: Sql<(Key, InvoiceId, Value, ContactId, String), Kept<InvoicePayment>> = Sql::repeatable(
        "select t.id, t.invoice_id, t.amount_minor, t.discount_minor, f.currency, t.paid_on, t.method, t.payment_ref,
           t.journal_id, f.open_minor, f.claim_status, t.created_at, f.replayed
         from trade.pay_invoice($1, $2, $3, $4, $5, $6, $7) f
         cross join lateral (select (f.payment).*) t",
    )
    .never_null();
    /// Issues a credit note, once per scope and key; see `trade.credit_invoice` for what it breaks.
    pub const CREDIT: Sql<(Key, InvoiceId, Value, ContactId, String), Kept<CreditNote>> = Sql::repeatable(
        "select t.id, t.number, t.issued_on, t.invoice_id, t.reason, t.net_minor, t.tax_minor, t.total_minor, t.currency,
           t.journal_id, t.created_at, f.lines, f.open_minor, f.replayed
         from trade.credit_invoice($1, $2, $3, $4, $5, $6, $7) f
         cross join lateral (select (f.credit_note).*) t",
    )
    .never_null();
}
