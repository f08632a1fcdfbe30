//! What customers owe us.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Date, InvoiceId, JournalId, Money, ProjectId, QuoteId, Text, Timestamp};

use crate::sql::Kept;

row! {
    /// An invoice of ours.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Invoice {
        /// Identity.
        pub id: InvoiceId,
        /// Number on the document, without gaps; null: not issued.
        pub number: Option<String>,
        /// Day on the document.
        pub issued_on: Option<Date>,
        /// Project it is for.
        pub project_ref: Option<ProjectId>,
        /// Quote it comes from.
        pub quote_id: Option<QuoteId>,
        /// Contact or company who pays.
        pub customer_ref: ContactId,
        /// Name and address as they stand on it.
        #[cfg_attr(feature = "openapi", schemars(with = "crate::lines::Customer"))]
        pub customer: Value,
        /// Sum of the lines without tax.
        pub net: Money,
        /// Sum of their tax.
        pub tax: Money,
        /// What is to be paid.
        pub total: Money,
        /// What the customer still owes of it; below 0: what we owe back.
        pub open: Money,
        /// What was written off.
        pub written_off: Money,
        /// First day of the service.
        pub service_from: Option<Date>,
        /// Last day of the service, whose rates of tax count.
        pub service_to: Option<Date>,
        /// Last day to pay.
        pub due_on: Option<Date>,
        /// Discount for paying early, in hundredths of a percent.
        pub early_payment_bp: i32,
        /// Days within which that holds.
        pub early_payment_days: i32,
        /// The document: `draft`, `pending_approval`, `approved`, `rejected`, `cancelled` or `sent`.
        pub status: String,
        /// The money: `none`, `open`, `overdue`, `partially_paid`, `paid`, `disputed`, `credited`, `in_collection`,
        /// `written_off` or `void`.
        pub claim_status: String,
        /// Who wrote it.
        pub created_by: Option<ContactId>,
        /// Who issued it: somebody else.
        pub approved_by: Option<ContactId>,
        /// The journal of the claim.
        pub journal_id: Option<JournalId>,
        /// The journal that voided it or wrote it off.
        pub closing_journal_id: Option<JournalId>,
        /// When it was written.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Invoice {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

/// A line of an invoice; `trade.invoice_lines_of` writes it.
#[cfg(feature = "openapi")]
#[derive(Debug, schemars::JsonSchema)]
#[allow(dead_code, reason = "the database writes it, this is its shape")]
pub struct InvoiceLine {
    id: types::InvoiceLineId,
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
    /// Fund that the income goes to; null: the general one.
    fund_id: Option<types::FundId>,
}

row! {
    /// An invoice of ours with its lines.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct InvoiceWithLines {
        /// The invoice.
        #[serde(flatten)]
        pub invoice: Invoice,
        /// Its lines, in their order.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<InvoiceLine>"))]
        pub lines: Value,
    }
}

impl Resource for InvoiceWithLines {
    fn id(&self) -> String {
        self.invoice.id()
    }
    fn version(&self) -> Option<i32> {
        self.invoice.version()
    }
}

types::words! {
    /// Where the document of an invoice stands.
    pub enum InvoiceStatus {
        Draft = "draft",
        PendingApproval = "pending_approval",
        Approved = "approved",
        Rejected = "rejected",
        Cancelled = "cancelled",
        Sent = "sent",
    }
}

types::words! {
    /// Where the money of an invoice stands.
    pub enum ClaimStatus {
        None = "none",
        Open = "open",
        Overdue = "overdue",
        PartiallyPaid = "partially_paid",
        Paid = "paid",
        Disputed = "disputed",
        Credited = "credited",
        InCollection = "in_collection",
        WrittenOff = "written_off",
        Void = "void",
    }
}

row! {
    /// Invoices that a run of the job has marked.
    #[derive(Debug)]
    pub struct Marked {
        /// How many.
        pub marked: i64,
    }
}

row! {
    /// All that stands on a printed invoice.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "InvoiceDocument"))]
    pub struct Printed {
        /// The invoice.
        #[serde(flatten)]
        pub invoice: Invoice,
        /// The tax point: the day whose rates count.
        pub tax_point: Date,
        /// Who issued it, as of that day; null: before that was kept.
        #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::sql::sellers::Printed>"))]
        pub seller: Option<Value>,
        /// Number of the quote it comes from.
        pub quote_number: Option<String>,
        /// Its lines, in their order.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<InvoiceLine>"))]
        pub lines: Value,
        /// What is taxed at each rate, and that tax.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<TaxTotal>"))]
        pub taxes: Value,
        /// Last day of the discount for paying early, and how much it is; null: there is none.
        #[cfg_attr(feature = "openapi", schemars(with = "Option<EarlyPayment>"))]
        pub early_payment: Option<Value>,
        /// What was paid so far.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<PrintedPayment>"))]
        pub payments: Value,
        /// What was credited so far.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<PrintedCredit>"))]
        pub credit_notes: Value,
    }
}

impl Resource for Printed {
    fn id(&self) -> String {
        self.invoice.id()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

/// Shapes of what `DOCUMENT` makes.
#[cfg(feature = "openapi")]
mod printed {
    #![allow(dead_code, reason = "the database writes them, these are their shapes")]
    use types::{CreditNoteId, Date, InvoicePaymentId, LocalizedText, Money};

    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct TaxTotal {
        tax_code: String,
        name: LocalizedText<100>,
        tax_bp: i32,
        net: Money,
        tax: Money,
    }

    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct EarlyPayment {
        until: Date,
        discount: Money,
    }

    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct PrintedPayment {
        id: InvoicePaymentId,
        paid_on: Date,
        amount: Money,
        discount: Money,
    }

    #[derive(Debug, schemars::JsonSchema)]
    pub(super) struct PrintedCredit {
        id: CreditNoteId,
        number: String,
        issued_on: Date,
        total: Money,
    }
}
#[cfg(feature = "openapi")]
use printed::{EarlyPayment, PrintedCredit, PrintedPayment, TaxTotal};

macro_rules! columns {
    () => {
        "t.id, t.number, t.issued_on, t.project_ref, t.quote_id, t.customer_ref, t.customer, t.net_minor, t.tax_minor,
         t.total_minor, t.written_off_minor, t.currency, t.service_from, t.service_to, t.due_on, t.early_payment_bp,
         t.early_payment_days, t.status, t.claim_status, t.created_by, t.approved_by, t.journal_id,
         t.closing_journal_id, t.created_at, t.version"
    };
}

macro_rules! stepped {
    ($call:literal) => {
        Sql::repeatable(concat!(
            "select ",
            columns!(),
            ", f.open_minor, f.lines, f.replayed
             from ",
            $call,
            " f
             cross join lateral (select (f.invoice).*) t"
        ))
        .never_null()
    };
}

statements! {
    /// A page of invoices, newest first: customer, project, document, money, due before, cursor, limit.
    pub const NEWEST: Sql<
        (
            Option<ContactId>, Option<ProjectId>, Option<&'static str>, Option<&'static str>, Option<Date>,
            Option<Timestamp>, Option<InvoiceId>, i64,
        ),
        Invoice,
    > = Sql::new(concat!(
        "select ", columns!(), ", trade.open_minor(t) as open_minor
         from trade.issued_invoices t
         where t.deleted_at is null
           and ($1 is null or t.customer_ref = $1)
           and ($2 is null or t.project_ref = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or t.claim_status = $4)
           and ($5 is null or t.due_on < $5)
           and ($6 is null or (t.created_at, t.id) < ($6, $7))
         order by t.created_at desc, t.id desc
         limit $8"
    ))
    .never_null();
    /// An invoice with its lines.
    pub const FIND: Sql<(InvoiceId,), InvoiceWithLines> = Sql::new(concat!(
        "select ", columns!(), ", trade.open_minor(t) as open_minor, trade.invoice_lines_of(t.id, t.currency) as lines
         from trade.issued_invoices t
         where t.id = $1 and t.deleted_at is null"
    ))
    .never_null();
    /// All that stands on the printed invoice, if it is issued.
    pub const DOCUMENT: Sql<(InvoiceId,), Printed> = Sql::new(concat!(
        "select ", columns!(), ", trade.open_minor(t) as open_minor, trade.invoice_lines_of(t.id, t.currency) as lines,
           coalesce(t.service_to, t.issued_on) as tax_point, t.seller,
           (select q.number from trade.quotes q where q.id = t.quote_id) as quote_number,
           (
             select jsonb_agg(jsonb_build_object(
               'tax_code', s.tax_code, 'name', c.name, 'tax_bp', s.tax_bp, 'net', trade.money(s.net, t.currency),
               'tax', trade.money(s.tax, t.currency)) order by s.tax_bp desc, s.tax_code)
             from (
               select l.tax_code, l.tax_bp, sum(l.net_minor)::bigint as net, sum(l.tax_minor)::bigint as tax
               from trade.issued_invoice_lines l where l.invoice_id = t.id and l.deleted_at is null
               group by l.tax_code, l.tax_bp
             ) s
             join trade.tax_codes c on c.code = s.tax_code
           ) as taxes,
           case when t.early_payment_bp > 0 then jsonb_build_object(
             'until', t.issued_on + t.early_payment_days,
             'discount', trade.money(round(t.total_minor::numeric * t.early_payment_bp / 10000)::bigint, t.currency))
           end as early_payment,
           (
             select coalesce(jsonb_agg(jsonb_build_object(
               'id', p.id, 'paid_on', p.paid_on, 'amount', trade.money(p.amount_minor, t.currency),
               'discount', trade.money(p.discount_minor, t.currency)) order by p.paid_on, p.created_at, p.id), '[]')
             from trade.invoice_payments p where p.invoice_id = t.id
           ) as payments,
           (
             select coalesce(jsonb_agg(jsonb_build_object(
               'id', n.id, 'number', n.number, 'issued_on', n.issued_on,
               'total', trade.money(n.total_minor, t.currency)) order by n.serial), '[]')
             from trade.credit_notes n where n.invoice_id = t.id and n.status = 'issued'
           ) as credit_notes
         from trade.issued_invoices t
         where t.id = $1 and t.status = 'sent' and t.deleted_at is null"
    ))
    .never_null();
    /// Writes a draft, once per scope and key; see `trade.create_invoice` for what it breaks.
    pub const CREATE: Sql<(Key, Value, ContactId), Kept<InvoiceWithLines>> =
        stepped!("trade.create_invoice($1, $2, $3, $4, $5)");
    /// Makes a draft of an accepted quote, once per scope and key; see `trade.convert_quote` for what it breaks.
    pub const CONVERT: Sql<(Key, QuoteId, i32, ContactId), Kept<InvoiceWithLines>> =
        stepped!("trade.convert_quote($1, $2, $3, $4, $5, $6)");
    /// Changes the draft `$1` of version `$2`; see `trade.update_invoice` for what it breaks.
    pub const UPDATE: Sql<(InvoiceId, i32, Value, ContactId), InvoiceWithLines> = Sql::new(concat!(
        "select ", columns!(), ", f.open_minor, f.lines
         from trade.update_invoice($1, $2, $3, $4) f
         cross join lateral (select (f.invoice).*) t"
    ))
    .never_null();
    /// Issues an invoice, once per scope and key: id, version, last day to pay; see `trade.issue_invoice` for what it
    /// breaks.
    pub const ISSUE: Sql<(Key, InvoiceId, i32, Option<Date>, ContactId, String), Kept<InvoiceWithLines>> =
        stepped!("trade.issue_invoice($1, $2, $3, $4, $5, $6, $7, $8)");
    /// Gives an invoice up, once per scope and key: id, version, `void` or `write_off`, why; see `trade.close_invoice`
    /// for what it breaks.
    pub const CLOSE: Sql<
        (Key, InvoiceId, i32, &'static str, Text<500>, ContactId, String),
        Kept<InvoiceWithLines>,
    > = stepped!("trade.close_invoice($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    /// Marks invoices whose last day to pay is over, at most that many.
    pub const MARK_OVERDUE: Sql<(i32,), Marked> =
        Sql::repeatable("select trade.mark_overdue($1) as marked").never_null();
}
