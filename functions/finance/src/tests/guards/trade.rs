//! Of what is sold.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "trade.quotes",
        "check_frozen",
        "update trade.quotes set terms = 'Other ones' where status = 'sent'",
    ),
    (
        "trade.quotes",
        "check_status",
        "update trade.quotes set status = 'accepted' where status = 'draft'",
    ),
    (
        "trade.quote_lines",
        "check_parent",
        "update trade.quote_lines l set quantity = 99 from trade.quotes q where q.id = l.quote_id and q.status = 'sent'",
    ),
    (
        "trade.products",
        "check_no_part",
        "update trade.products set is_bundle = true where key = 'energy-consultation'",
    ),
    ("trade.quote_snapshots", "refuse_change", "delete from trade.quote_snapshots"),
    (
        "trade.issued_invoices",
        "issued_invoices_quote_id_key",
        "select trade.convert_quote('test', key, sha256(convert_to(key, 'UTF8')), q.id, q.version, null)
         from trade.quotes q, unnest(array['once', 'twice']) key where q.status = 'accepted'",
    ),
    (
        "trade.issued_invoices",
        "issued_invoices_four_eyes",
        "update trade.issued_invoices set status = 'pending_approval' where status = 'draft';
         update trade.issued_invoices set status = 'approved', approved_by = created_by, approved_at = now()
         where status = 'pending_approval'",
    ),
    (
        "trade.issued_invoices",
        "check_frozen_sent",
        "update trade.issued_invoices set due_on = '2100-01-01' where number is not null",
    ),
    (
        "trade.issued_invoices",
        "check_seller",
        "update trade.issued_invoices set status = 'pending_approval', due_on = '2099-01-01' where status = 'draft';
         update trade.issued_invoices set status = 'approved', approved_by = gen_random_uuid(), approved_at = now()
         where status = 'pending_approval';
         update trade.issued_invoices set status = 'sent', claim_status = 'open', journal_id = (
           select id from ledger.journals order by id limit 1)
         where id = (select id from trade.issued_invoices where status = 'approved' order by id limit 1)",
    ),
    (
        "trade.issued_invoices",
        "check_claim_status",
        "update trade.issued_invoices set claim_status = 'open' where claim_status = 'partially_paid'",
    ),
    (
        "trade.invoice_payments",
        "check_total",
        "insert into trade.invoice_payments (invoice_id, amount_minor, paid_on, method, journal_id)
         select i.id, 9001, finance.today(), 'cash', (
           select j.id from ledger.journals j where j.source_type = 'contribution' order by j.id limit 1)
         from trade.issued_invoices i where i.number is not null",
    ),
    (
        "trade.invoice_payments",
        "invoice_payments_payment_ref_key",
        "insert into trade.invoice_payments (invoice_id, amount_minor, paid_on, method, payment_ref, journal_id)
         select p.invoice_id, 1, p.paid_on, p.method, p.payment_ref, (
           select j.id from ledger.journals j where j.source_type = 'contribution' order by j.id limit 1)
         from trade.invoice_payments p where p.payment_ref is not null",
    ),
    ("trade.invoice_payments", "refuse_change", "delete from trade.invoice_payments"),
    (
        "trade.credit_notes",
        "check_invoice_total",
        "with note as (
           insert into trade.credit_notes (invoice_id, reason, currency, net_minor, total_minor)
           select id, 'test', 'GBP', 12001, 12001 from trade.issued_invoices where number is not null returning id
         )
         insert into trade.credit_note_lines (
           credit_note_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
         select id, 1, 'test', 1, 12001, 12001, 'GB_ZERO', 0, 0 from note;
         update trade.credit_notes set status = 'issued', journal_id = (select id from ledger.journals order by id limit 1)",
    ),
];
