//! Of messages, the bank, and trade.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "finance.idempotency_keys",
        "idempotency_keys_pkey",
        "insert into finance.idempotency_keys (scope, key, fingerprint)
         select scope, key, fingerprint from finance.idempotency_keys limit 1",
    ),
    (
        "finance.inbox_dedup",
        "inbox_dedup_pkey",
        "insert into finance.inbox_dedup (consumer, message_id) select 'test',
         '5b2c8f6e-0000-4000-8000-000000000001' from generate_series(1, 2)",
    ),
    (
        "finance.webhook_events",
        "webhook_events_event_id_key",
        "insert into finance.webhook_events (provider, event_id, event_type, signature_ok, payload) select
         'test', 'twice', 'test', true, 'x' from generate_series(1, 2)",
    ),
    (
        "finance.recon_runs",
        "recon_runs_day_key",
        "insert into finance.recon_runs (kind, day, outcome) select 'bank', '2026-01-01', 'equal' from
         generate_series(1, 2)",
    ),
    (
        "finance.ref_projects",
        "keep_newest",
        r#"insert into finance.ref_projects (id, version, status, label) values
         ('c0000000-0000-4000-8000-000000000001', 5, 'active', '{"de": "Dach", "en": "Roof"}');
         update finance.ref_projects set version = 4;
         select pg_temp.refuse(version = 5) from finance.ref_projects"#,
    ),
    (
        "finance.bank_statements",
        "check_total",
        "insert into finance.bank_accounts (name, bank, last_four, currency, code) values ('Test', 'Test',
         '1234', 'GBP', '1000');
         insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select id, 'S1', '2026-01-01', '2026-01-31', 0, 501, 1,
         sha256('s') from finance.bank_accounts where last_four = '1234';
         insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor) select id, bank_account_id, 1, 'B-1', '2026-01-02', '2026-01-02', 500 from
         finance.bank_statements where number = 'S1'",
    ),
    (
        "finance.bank_lines",
        "check_total",
        "insert into finance.bank_accounts (name, bank, last_four, currency, code) values ('Test', 'Test',
         '1234', 'GBP', '1000');
         insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select id, 'S1', '2026-01-01', '2026-01-31', 0, 500, 1,
         sha256('s') from finance.bank_accounts where last_four = '1234';
         insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor) select id, bank_account_id, 1, 'B-1', '2026-01-02', '2026-01-02', 500 from
         finance.bank_statements where number = 'S1';
         update finance.bank_lines set status = 'matched' where bank_ref = 'B-1'",
    ),
    (
        "finance.bank_lines",
        "bank_lines_bank_ref_key",
        "insert into finance.bank_accounts (name, bank, last_four, currency, code) values ('Test', 'Test',
         '1234', 'GBP', '1000');
         insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select id, 'S1', '2026-01-01', '2026-01-31', 0, 500, 1,
         sha256('s') from finance.bank_accounts where last_four = '1234';
         insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor) select id, bank_account_id, 1, 'B-1', '2026-01-02', '2026-01-02', 500 from
         finance.bank_statements where number = 'S1';
         insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor) select statement_id, bank_account_id, 2, bank_ref, booked_on, value_on, amount_minor
         from finance.bank_lines where bank_ref = 'B-1';
         update finance.bank_statements set line_count = 2, closing_minor = 1000 where number = 'S1'",
    ),
    (
        "finance.bank_lines",
        "check_frozen",
        "update finance.bank_lines set amount_minor = amount_minor + 1 where bank_ref = 'UT-0001'",
    ),
    (
        "finance.bank_lines",
        "check_status",
        "insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor, status, ignored_reason) select statement_id, bank_account_id, 9, 'B-9', booked_on, value_on,
         1, 'ignored', 'test' from finance.bank_lines where bank_ref = 'UT-0001'",
    ),
    (
        "finance.bank_statements",
        "refuse_change",
        "update finance.bank_statements set closing_minor = closing_minor + 1",
    ),
    (
        "finance.bank_statements",
        "bank_statements_file_sha256_key",
        "insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select bank_account_id, 'S1', closes_on, closes_on,
         closing_minor, closing_minor, 0, file_sha256 from finance.bank_statements",
    ),
    (
        "finance.bank_statements",
        "bank_statements_number_key",
        "insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select bank_account_id, number, closes_on, closes_on,
         closing_minor, closing_minor, 0, sha256(file_sha256) from finance.bank_statements",
    ),
    (
        "finance.recon_matches",
        "check_parent",
        "insert into finance.bank_accounts (name, bank, last_four, currency, code) values ('Test', 'Test',
         '1234', 'GBP', '1000');
         insert into finance.bank_statements (bank_account_id, number, opens_on, closes_on, opening_minor,
         closing_minor, line_count, file_sha256) select id, 'S1', '2026-01-01', '2026-01-31', 0, 500, 1,
         sha256('s') from finance.bank_accounts where last_four = '1234';
         insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on,
         amount_minor, status, ignored_reason) select id, bank_account_id, 1, 'B-1', '2026-01-02',
         '2026-01-02', 500, 'unmatched', null from finance.bank_statements where number = 'S1';
         update finance.bank_lines set status = 'ignored', ignored_reason = 'test' where bank_ref = 'B-1';
         insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by) select id,
         'edb5aa7d-0813-5d91-aa86-b2fa44c4b80e', 500, 'rule' from finance.bank_lines where bank_ref = 'B-1'",
    ),
    (
        "finance.recon_matches",
        "check_match",
        "insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by) select id,
         'edb5aa7d-0813-5d91-aa86-b2fa44c4b80e', 1250001, 'rule' from finance.bank_lines
         where bank_ref = 'UT-0001'",
    ),
    ("trade.sellers", "refuse_change", "update trade.sellers set name = 'Somebody else'"),
    (
        "trade.bundle_items",
        "check_acyclic",
        "insert into trade.bundle_items (bundle_id, product_id, quantity, position)
         select bundle_id, bundle_id, 1, 9 from trade.bundle_items order by position limit 1",
    ),
    (
        "trade.bundle_items",
        "check_bundle",
        "insert into trade.bundle_items (bundle_id, product_id, quantity, position) select product_id,
         (select id from trade.products p where not is_bundle and p.id <> i.product_id limit 1), 1, 9 from
         trade.bundle_items i order by position limit 1",
    ),
    (
        "trade.products",
        "check_unused_bundle_items_product_id",
        "update trade.products set deleted_at = now() where id in (select product_id from trade.bundle_items)",
    ),
    (
        "trade.quotes",
        "assign_number",
        "update trade.quotes set serial = 9, number = 'QUO-2026-00009' where status = 'sent';
         select pg_temp.refuse(not exists (select from trade.quotes where serial = 9))",
    ),
    (
        "trade.quotes",
        "check_totals",
        "update trade.quotes set status = 'sent', valid_until = '2090-01-01', net_minor = net_minor + 1,
         total_minor = total_minor + 1 where status = 'draft'",
    ),
    (
        "trade.quotes",
        "check_replaced",
        "update trade.quotes set replaces_id = (select id from trade.quotes where status = 'sent') where
         status = 'draft';
         update trade.quotes set status = 'sent', valid_until = '2090-01-01' where status = 'draft'",
    ),
    (
        "trade.captured_invoice_allocations",
        "check_total",
        "insert into trade.captured_invoices (supplier_ref, supplier_name, supplier_number, file_ref,
         file_sha256, invoiced_on, received_on, due_on, currency) values (gen_random_uuid(), 'Test', 'R-1',
         gen_random_uuid(), sha256('r'), '2026-01-01', '2026-01-02', '2026-02-01', 'GBP');
         insert into trade.captured_invoice_allocations (invoice_id, fund_id, amount_minor) select i.id,
         f.id, 500 from trade.captured_invoices i, ledger.funds f where f.code = 'GEN'",
    ),
    (
        "trade.invoice_payments",
        "check_total",
        r#"insert into trade.issued_invoices (customer_ref, customer, currency) values (gen_random_uuid(),
         '{"name": "Test"}', 'GBP');
         insert into trade.invoice_payments (invoice_id, amount_minor, paid_on, method, journal_id) select
         i.id, 500, '2026-01-01', 'bank_transfer', (select id from ledger.journals order by id limit 1) from
         trade.issued_invoices i where i.customer ->> 'name' = 'Test'"#,
    ),
    (
        "trade.dunning_notices",
        "check_notice",
        r#"insert into trade.issued_invoices (customer_ref, customer, currency) values (gen_random_uuid(),
         '{"name": "Test"}', 'GBP');
         insert into trade.dunning_rules (level, days_overdue, payment_days, currency, subject, body) values
         (2, 30, 14, 'GBP', '{"de": "x", "en": "x"}', '{"de": "x", "en": "x"}');
         insert into trade.dunning_notices (invoice_id, rule_id, level, open_minor, due_on, channel) select
         i.id, r.id, 2, 500, '2026-01-01', 'email' from trade.issued_invoices i, trade.dunning_rules r"#,
    ),
];
