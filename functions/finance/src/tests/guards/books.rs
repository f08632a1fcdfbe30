//! Of the books.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "ledger.journals",
        "check_journal",
        "select pg_temp.two('contribution.settled', 5, -4)",
    ),
    (
        "ledger.journals",
        "check_journal_kind",
        "select pg_temp.two('test.made', 5, -5)",
    ),
    (
        "ledger.journals",
        "journals_lines_range",
        "select pg_temp.journal('contribution.settled', 0)",
    ),
    (
        "ledger.journals",
        "journals_source_key",
        "select pg_temp.two('contribution.settled', 5, -5);
         with again as materialized (
         insert into ledger.journals (kind, effective_date, source_type, source_id, lines)
         select kind, effective_date, source_type, source_id, 2 from ledger.journals order by id desc limit 1 returning id
         )
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 1, pg_temp.account('1200'), 'GBP', 5 from again
         union all select id, 2, pg_temp.account('4000'), 'GBP', -5 from again",
    ),
    (
        "ledger.journals",
        "journals_reverses_key",
        "select ledger.reverse(j.id, 'journal.reversal', 'test', gen_random_uuid(), 'test', null, 'test')
         from (select id from ledger.journals where source_type = 'contribution' order by id limit 1) j, generate_series(1, 2)",
    ),
    (
        "ledger.journals",
        "journals_reversal_has_reason",
        "update ledger.journal_kinds set needs_reason = false;
         select ledger.reverse(j.id, 'journal.reversal', 'test', gen_random_uuid(), null, null, 'test')
         from (select id from ledger.journals where source_type = 'contribution' order by id limit 1) j",
    ),
    (
        "ledger.journals",
        "refuse_change",
        "update ledger.journals set memo = 'changed'",
    ),
    (
        "ledger.journals",
        "refuse_truncate",
        "truncate ledger.journals cascade",
    ),
    (
        "ledger.journals",
        "stamp_xid",
        "with j as (
         insert into ledger.journals (kind, effective_date, source_type, source_id, lines, xid)
         values ('contribution.settled', finance.today(), 'test', gen_random_uuid(), 2, '7') returning xid
         )
         select pg_temp.refuse(xid <> '7') from j",
    ),
    (
        "ledger.entries",
        "stamp_xid",
        "insert into ledger.entries (journal_id, xid, line, account_id, currency, amount)
         select id, xid, 900, pg_temp.account('1200'), 'GBP', 5 from ledger.journals order by id limit 1",
    ),
    (
        "ledger.entries",
        "entries_journal_id_fkey",
        "insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 900, pg_temp.account('1200'), 'GBP', 5 from ledger.journals order by id limit 1",
    ),
    (
        "ledger.entries",
        "entries_account_id_fkey",
        "with j as materialized (select pg_temp.journal('contribution.settled', 2) as id)
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 1, pg_temp.account('1200'), 'EUR', 5 from j
         union all select id, 2, pg_temp.account('4000'), 'EUR', -5 from j",
    ),
    (
        "ledger.entries",
        "entries_amount_range",
        "select pg_temp.two('contribution.settled', 0, 0)",
    ),
    (
        "ledger.entries",
        "refuse_change",
        "update ledger.entries set amount = amount * 2",
    ),
    (
        "ledger.entries",
        "refuse_truncate",
        "truncate ledger.entries",
    ),
    (
        "ledger.accounts",
        "accounts_leaf_key",
        "insert into ledger.accounts (code, type, currency)
         select code, type, currency from ledger.accounts where id = pg_temp.account('1200')",
    ),
    (
        "ledger.accounts",
        "accounts_fund_by_type",
        "insert into ledger.accounts (code, type, currency) values ('4100', 'income', 'GBP')",
    ),
    (
        "ledger.accounts",
        "keep_account",
        "update ledger.accounts set counterparty_type = 'thief', counterparty_id = gen_random_uuid()
         where id = pg_temp.account('1200')",
    ),
    (
        "ledger.accounts",
        "open_balance",
        "with a as (insert into ledger.accounts (code, type, currency) values ('1210', 'asset', 'EUR') returning id)
         select count(*) from a;
         select pg_temp.refuse(not exists (
         select from ledger.accounts a left join ledger.account_balances b on b.account_id = a.id where b.account_id is null))",
    ),
    (
        "ledger.funds",
        "keep_fund",
        "update ledger.funds set code = 'MINE' where code = 'GEN'",
    ),
    (
        "ledger.accounting_periods",
        "accounting_periods_span_excl",
        "insert into ledger.accounting_periods (span) select span from ledger.accounting_periods limit 1",
    ),
    (
        "ledger.journal_kinds",
        "refuse_rename",
        "update ledger.journal_kinds set kind = 'test.made' where kind = 'invoice.paid'",
    ),
    (
        "ledger.journal_kinds",
        "refuse_delete",
        "delete from ledger.journal_kinds",
    ),
    (
        "ledger.seals",
        "refuse_change",
        "update ledger.seals set hash = sha256('changed') where seq = 1",
    ),
    (
        "ledger.seals",
        "refuse_truncate",
        "truncate ledger.seals cascade",
    ),
    (
        "ledger.seals",
        "seals_journal_id_key",
        "insert into ledger.seals (seq, journal_id, prev_hash, hash)
         select (select max(seq) + 1 from ledger.seals), journal_id, hash, sha256('again') from ledger.seals limit 1",
    ),
    (
        "ledger.chain_head",
        "refuse_delete",
        "delete from ledger.chain_head",
    ),
    (
        "ledger.chain_anchors",
        "chain_anchors_anchored_on_key",
        "select ledger.anchor_chain('test', null, seq) from ledger.seals where seq < 3",
    ),
    (
        "ledger.chain_anchors",
        "refuse_change",
        "select ledger.anchor_chain('test', null, 1); delete from ledger.chain_anchors",
    ),
    (
        "ledger.chain_anchors",
        "refuse_truncate",
        "select ledger.anchor_chain('test', null, 1); truncate ledger.chain_anchors",
    ),
    (
        "ledger.shortfalls",
        "refuse_change",
        "insert into ledger.shortfalls (journal_id, fund_id, currency, balance_minor)
         select (select id from ledger.journals limit 1), id, 'GBP', -5 from ledger.funds limit 1;
         delete from ledger.shortfalls",
    ),
    (
        "ledger.shortfalls",
        "refuse_truncate",
        "truncate ledger.shortfalls",
    ),
    (
        "ledger.number_series",
        "keep_number_series",
        "select ledger.next_number('TEST-2026'); update ledger.number_series set next = 9 where series = 'TEST-2026'",
    ),
    (
        "ledger.number_series",
        "refuse_delete",
        "select ledger.next_number('TEST-2026'); delete from ledger.number_series",
    ),
    (
        "ledger.accounts",
        "accounts_currency_key",
        "with j as materialized (select pg_temp.journal('contribution.settled', 2) as id)
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 1, pg_temp.account('1200'), 'EUR', 5 from j
         union all select id, 2, pg_temp.account('4000'), 'EUR', -5 from j",
    ),
    (
        "ledger.chart_of_accounts",
        "chart_of_accounts_type_key",
        "insert into ledger.accounts (code, type, currency, fund_id) values ('4000', 'expense', 'EUR', (select id from ledger.funds where code = 'GEN'))",
    ),
    (
        "ledger.journals",
        "journals_xid_key",
        "insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 900, pg_temp.account('1200'), 'GBP', 5 from ledger.journals order by id limit 1",
    ),
    (
        "ledger.shortfalls",
        "shortfalls_journal_id_key",
        "insert into ledger.shortfalls (journal_id, fund_id, currency, balance_minor)
         select (select id from ledger.journals limit 1), (select id from ledger.funds limit 1), 'GBP', -5 from generate_series(1, 2)",
    ),
    (
        "ledger.chart_of_accounts",
        "chart_of_accounts_type_of_code",
        r#"insert into ledger.chart_of_accounts (code, name, type) values ('1998', '{"de": "Ertrag", "en":
         "Income"}', 'income')"#,
    ),
    (
        "ledger.accounts",
        "accounts_counterparty_whole",
        "insert into ledger.accounts (code, type, currency, counterparty_type) values ('1400', 'asset',
         'GBP', 'customer')",
    ),
    (
        "ledger.accounting_periods",
        "accounting_periods_span_whole",
        "insert into ledger.accounting_periods (span) values ('[2090-01-01,)')",
    ),
    (
        "ledger.balance_deltas",
        "balance_deltas_amount_not_zero",
        "insert into ledger.balance_deltas (account_id, amount) values (pg_temp.account('1200'), 0)",
    ),
    (
        "ledger.entries",
        "entries_line_range",
        "with j as materialized (select pg_temp.journal('contribution.settled', 2) as id) insert into
         ledger.entries (journal_id, line, account_id, currency, amount) select id, 0,
         pg_temp.account('1200'), 'GBP', 5 from j union all select id, 1, pg_temp.account('4000'), 'GBP', -5
         from j",
    ),
    (
        "ledger.funds",
        "funds_code_key",
        "insert into ledger.funds (code, restriction) values ('GEN', 'unrestricted')",
    ),
    (
        "ledger.funds",
        "funds_restriction_known",
        "insert into ledger.funds (code, restriction) values ('FREE', 'free')",
    ),
    (
        "ledger.funds",
        "funds_stage_in_project",
        "insert into ledger.funds (code, restriction, stage_ref) values ('stage', 'restricted',
         gen_random_uuid())",
    ),
    (
        "ledger.journal_kinds",
        "journal_kinds_codes_some",
        r#"insert into ledger.journal_kinds (kind, name, codes) values ('test.none', '{"de": "Keine", "en":
         "None"}', '{}')"#,
    ),
    (
        "ledger.seals",
        "seals_hash_key",
        "select pg_temp.two('contribution.settled', 5, -5);
         insert into ledger.seals (seq, journal_id, prev_hash, hash) select (select max(seq) + 1 from
         ledger.seals), (select journal_id from ledger.seal_queue union all select j.id from ledger.journals
         j where not exists (select from ledger.seals s where s.journal_id = j.id) limit 1), hash, hash from
         ledger.seals limit 1",
    ),
];
