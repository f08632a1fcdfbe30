//! Of gifts, and of where they go.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "giving.contributions",
        "keep_contribution",
        "update giving.contributions set amount_minor = amount_minor + 1 where journal_id is not null",
    ),
    (
        "giving.contributions",
        "refuse_delete",
        "delete from giving.contributions",
    ),
    (
        "giving.contributors",
        "refuse_erased_contact",
        "insert into finance.ref_contacts (id, version, label, status)
         values ('00000000-0000-4000-8000-0000000000e1', 2, '{\"de\": \"x\", \"en\": \"x\"}', 'erased');
         insert into giving.contributors (type, display_name, contact_ref)
         values ('individual', 'Ada', '00000000-0000-4000-8000-0000000000e1')",
    ),
    (
        "giving.refunds",
        "check_total",
        "select giving.refund('test', 'much', sha256('much'), c.id, c.amount_minor + 1, null, null, 'requested', null, null, null,
         null, 'test')
         from giving.contributions c where c.status = 'settled' and c.provider = 'manual' order by c.id limit 1",
    ),
    (
        "giving.refunds",
        "refuse_delete",
        "delete from giving.refunds",
    ),
    (
        "giving.allocations",
        "check_allocation",
        "select giving.allocate('test', 'away', sha256('away'), f.id, 'GBP', jsonb_build_array(jsonb_build_object(
         'fund_id', (select id from ledger.funds where code = 'GEN'), 'amount_minor', 1)), null, 'test', null, 'test')
         from ledger.funds f where f.restriction = 'restricted' and ledger.fund_balance(f.id, 'GBP') > 0 limit 1",
    ),
    (
        "giving.allocations",
        "allocations_funds_differ",
        "select giving.allocate('test', 'round', sha256('round'), f.id, 'GBP', jsonb_build_array(jsonb_build_object(
         'fund_id', f.id, 'amount_minor', 1)), null, 'test', null, 'test')
         from ledger.funds f where f.code = 'GEN'",
    ),
    (
        "giving.allocations",
        "check_frozen",
        "update giving.allocations set amount_minor = amount_minor + 1 where status = 'confirmed'",
    ),
    (
        "giving.allocations",
        "check_status",
        "update giving.allocations set status = 'proposed' where status = 'confirmed'",
    ),
    (
        "giving.allocations",
        "refuse_delete",
        "delete from giving.allocations",
    ),
    (
        "giving.disbursement_approvals",
        "check_approval",
        "insert into giving.disbursement_approvals (disbursement_id, decided_by, decision, disbursement_version)
         select id, proposed_by, 'approve', version from giving.disbursements where status = 'proposed' limit 1",
    ),
    (
        "giving.disbursement_approvals",
        "refuse_change",
        "delete from giving.disbursement_approvals",
    ),
    (
        "giving.disbursements",
        "check_step",
        "update giving.disbursements set status = 'approved', approved_by = gen_random_uuid(), approved_at = now(),
         approval_journal_id = (select id from ledger.journals order by id limit 1)
         where id = (select id from giving.disbursements where status = 'proposed' limit 1)",
    ),
    (
        "giving.disbursements",
        "check_status",
        "update giving.disbursements set status = 'proposed' where status = 'sending'",
    ),
    (
        "giving.disbursements",
        "check_frozen",
        "update giving.disbursements set amount_minor = amount_minor + 1 where status = 'sending'",
    ),
    (
        "giving.disbursements",
        "refuse_delete",
        "delete from giving.disbursements",
    ),
    (
        "giving.disbursement_attempts",
        "disbursement_attempts_live_key",
        "insert into giving.disbursement_attempts (disbursement_id, attempt, bank_account_id)
         select disbursement_id, attempt + 1, bank_account_id from giving.disbursement_attempts where status = 'sending' limit 1",
    ),
    (
        "giving.disbursement_attempts",
        "disbursement_attempts_bank_ref_key",
        "update giving.disbursement_attempts set status = 'confirmed', bank_ref = 'FP-1' where status = 'sending';
         insert into giving.disbursement_attempts (disbursement_id, attempt, bank_account_id, bank_ref)
         select d.id, 50, a.bank_account_id, 'FP-1' from giving.disbursement_attempts a, giving.disbursements d
         where d.status = 'proposed' limit 1",
    ),
    (
        "giving.disbursement_attempts",
        "refuse_delete",
        "delete from giving.disbursement_attempts",
    ),
    (
        "giving.contributions",
        "contributions_provider_ref_key",
        "update giving.contributions set provider_ref = 'the same' where id in (select id from
         giving.contributions order by id limit 2)",
    ),
    (
        "giving.contributions",
        "contributions_fund_id_fkey",
        "insert into giving.contributions (contributor_id, fund_id, designation, amount_minor, currency,
         status, provider, occurred_on) select contributor_id, gen_random_uuid(), designation, 500, currency,
         'created', provider, occurred_on from giving.contributions where project_ref is null limit 1",
    ),
    (
        "giving.contributions",
        "contributions_settled_is_posted",
        "insert into giving.contributions (contributor_id, fund_id, designation, amount_minor, currency,
         status, provider, occurred_on) select contributor_id, fund_id, designation, 500, currency,
         'settled', provider, occurred_on from giving.contributions where project_ref is null limit 1",
    ),
    (
        "giving.contributions",
        "wake_events",
        "insert into finance.webhook_events (provider, event_id, event_type, signature_ok, payload) values
         ('test', 'early', 'test', true, 'x');
         insert into finance.webhook_queue (webhook_event_id, waits_for, due_at) select id,
         finance.subject('payment', 'manual', 'late'), now() + interval '1 day' from finance.webhook_events
         where event_id = 'early' on conflict (webhook_event_id) do update set waits_for =
         excluded.waits_for, due_at = excluded.due_at;
         insert into giving.contributions (contributor_id, fund_id, designation, amount_minor, currency,
         status, provider, provider_ref, occurred_on) select contributor_id, fund_id, designation, 500,
         currency, 'created', 'manual', 'late', occurred_on from giving.contributions where project_ref is
         null limit 1;
         select pg_temp.refuse(due_at = now()) from finance.webhook_queue",
    ),
    (
        "giving.payouts",
        "payouts_processor_ref_key",
        "insert into giving.payouts (processor, processor_ref, amount_minor, currency, arrives_on) select
         'manual', 'po_1', 500, 'GBP', '2026-01-01' from generate_series(1, 2)",
    ),
    (
        "giving.processor_balances",
        "processor_balances_day_key",
        "insert into giving.processor_balances (processor, currency, day, balance_minor, report_ref) select
         'stripe', 'GBP', '2026-01-01', 500, 'frr_1' from generate_series(1, 2)",
    ),
    (
        "giving.processor_balances",
        "refuse_change",
        "update giving.processor_balances set balance_minor = balance_minor + 1",
    ),
    (
        "giving.disputes",
        "disputes_processor_ref_key",
        "insert into giving.disputes (contribution_id, processor, processor_ref, amount_minor, currency,
         reason, status) select id, 'manual', 'dp_1', 500, 'GBP', 'test', 'warning' from giving.contributions
         limit 2",
    ),
    (
        "giving.grants",
        "keep_once_set",
        "insert into giving.grants (application_ref, fund_id, payer_name, amount_minor, currency,
         approved_on, journal_id) select gen_random_uuid(), f.id, 'Test', 500, 'GBP', '2026-01-01', j.id from
         (select id from ledger.funds where code = 'GEN') f, (select id from ledger.journals order by id
         limit 1) j;
         update giving.grants set journal_id = (select id from ledger.journals order by id desc limit 1)",
    ),
    (
        "giving.recurring_mandates",
        "check_live",
        "update giving.contributors set deleted_at = now() where id = 'a8cfb5cc-b2b8-5e6a-9e23-050196403c82';
         insert into giving.recurring_mandates (contributor_id, fund_id, processor, amount_minor, currency,
         frequency, starts_on) select 'a8cfb5cc-b2b8-5e6a-9e23-050196403c82', id, 'manual', 500, 'GBP',
         'monthly', '2026-01-01' from ledger.funds where code = 'GEN'",
    ),
    (
        "giving.recurring_mandates",
        "recurring_mandates_processor_ref_key",
        "update giving.recurring_mandates set processor_ref = 'MD0009' where processor = 'gocardless'",
    ),
    (
        "giving.recurring_mandates",
        "check_frozen",
        "update giving.recurring_mandates set amount_minor = amount_minor + 1 where status = 'cancelled'",
    ),
    (
        "giving.recurring_mandates",
        "check_status",
        "update giving.recurring_mandates set status = 'pending' where status = 'paused'",
    ),
    (
        "giving.contributions",
        "contributions_mandate_due_on_key",
        "insert into giving.contributions (contributor_id, fund_id, designation, amount_minor, currency,
         status, provider, occurred_on, mandate_id, mandate_due_on) select contributor_id, fund_id,
         'unrestricted', amount_minor, currency, 'created', processor, '2026-11-01', id, '2026-11-01' from
         giving.recurring_mandates, generate_series(1, 2) where processor_ref = 'MD0001'",
    ),
    (
        "giving.contributions",
        "keep_promise",
        "update giving.contributions set mandate_id = (select id from giving.recurring_mandates where
         processor_ref = 'MD0001'), mandate_due_on = '2026-11-01' where id = (select id from
         giving.contributions where mandate_id is null order by id limit 1)",
    ),
    (
        "giving.contributors",
        "skip_missed",
        "update giving.recurring_mandates set next_on = '2020-01-01' where processor_ref = 'MD0001';
         update giving.contributors set deleted_at = now() where id = (select contributor_id from
         giving.recurring_mandates where processor_ref = 'MD0001');
         update giving.contributors set deleted_at = null where deleted_at is not null;
         select pg_temp.refuse(next_on >= finance.today()) from giving.recurring_mandates where processor_ref = 'MD0001'",
    ),
    (
        "giving.contributions",
        "contributions_mandate_whole",
        "insert into giving.contributions (contributor_id, fund_id, designation, amount_minor, currency,
         status, provider, occurred_on, mandate_id) select contributor_id, fund_id, 'unrestricted',
         amount_minor, currency, 'created', processor, '2026-11-01', id from giving.recurring_mandates
         where processor_ref = 'MD0001'",
    ),
    (
        "giving.disbursement_lines",
        "check_parent",
        "update giving.disbursement_lines set amount_minor = amount_minor + 1 where disbursement_id in
         (select id from giving.disbursements where status = 'sending')",
    ),
    (
        "giving.grant_receipts",
        "check_total",
        "insert into giving.grants (application_ref, fund_id, payer_name, amount_minor, currency,
         approved_on) select gen_random_uuid(), id, 'Test', 500, 'GBP', '2026-01-01' from ledger.funds where
         code = 'GEN';
         insert into giving.grant_receipts (grant_id, amount_minor, received_on, bank_ref, journal_id) select
         g.id, 501, '2026-01-02', 'r', (select id from ledger.journals order by id limit 1) from
         giving.grants g where g.payer_name = 'Test'",
    ),
];
