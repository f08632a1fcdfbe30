//! Every constraint and trigger that guards money is taken away in turn: what it refuses must then get through, or be
//! refused by another. A guard that nothing tells from its absence would guard nothing.
use db::Domain;
use testdb::App;
use tokio_postgres::Client;

/// The shortest way to write raw rows, and what the attacks need to be there.
const TOOLS: &str = "
  create function pg_temp.account(text) returns uuid language sql as $$
    select ledger.leaf_account($1, case when $1 >= '3000' then (select f.id from ledger.funds f where f.code = 'GEN') end, 'GBP')
  $$;
  create function pg_temp.journal(kind text, lines integer) returns uuid language sql as $$
    insert into ledger.journals (kind, effective_date, source_type, source_id, lines, reason)
    values ($1, finance.today(), 'test', gen_random_uuid(), $2, 'test') returning id
  $$;
  create function pg_temp.two(kind text, a bigint, b bigint) returns void language sql as $$
    with j as materialized (select pg_temp.journal($1, 2) as id)
    insert into ledger.entries (journal_id, line, account_id, currency, amount)
    select id, 1, pg_temp.account('1200'), 'GBP', $2 from j
    union all select id, 2, pg_temp.account('4000'), 'GBP', $3 from j
  $$;
  create function pg_temp.refuse(boolean) returns void language plpgsql as $$
    begin if $1 then raise exception 'found' using errcode = 'P0999'; end if; end
  $$;
  select pg_temp.account(code) from unnest(array['1200', '3900', '4000']) code;
  select ledger.seal(1000)";

/// Where the guard is, its name, and what it refuses. An attack that ends in `pg_temp.refuse` shows what the guard does
/// instead of refusing.
const GUARDS: &[(&str, &str, &str)] = &[
    // The books.
    ("ledger.journals", "check_journal", "select pg_temp.two('contribution.settled', 5, -4)"),
    ("ledger.journals", "check_journal_kind", "select pg_temp.two('test.made', 5, -5)"),
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
    ("ledger.journals", "refuse_change", "update ledger.journals set memo = 'changed'"),
    ("ledger.journals", "refuse_truncate", "truncate ledger.journals cascade"),
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
    ("ledger.entries", "entries_amount_range", "select pg_temp.two('contribution.settled', 0, 0)"),
    ("ledger.entries", "refuse_change", "update ledger.entries set amount = amount * 2"),
    ("ledger.entries", "refuse_truncate", "truncate ledger.entries"),
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
    ("ledger.funds", "keep_fund", "update ledger.funds set code = 'MINE' where code = 'GEN'"),
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
    ("ledger.journal_kinds", "refuse_delete", "delete from ledger.journal_kinds"),
    ("ledger.seals", "refuse_change", "update ledger.seals set hash = sha256('changed') where seq = 1"),
    ("ledger.seals", "refuse_truncate", "truncate ledger.seals cascade"),
    (
        "ledger.seals",
        "seals_journal_id_key",
        "insert into ledger.seals (seq, journal_id, prev_hash, hash)
         select (select max(seq) + 1 from ledger.seals), journal_id, hash, sha256('again') from ledger.seals limit 1",
    ),
    ("ledger.chain_head", "refuse_delete", "delete from ledger.chain_head"),
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
    ("ledger.shortfalls", "refuse_truncate", "truncate ledger.shortfalls"),
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
    // Keys.
    (
        "finance.idempotency_keys",
        "idempotency_keys_pkey",
        "insert into finance.idempotency_keys (scope, key, fingerprint)
         select scope, key, fingerprint from finance.idempotency_keys limit 1",
    ),
    // What was given.
    (
        "giving.contributions",
        "keep_contribution",
        "update giving.contributions set amount_minor = amount_minor + 1 where journal_id is not null",
    ),
    ("giving.contributions", "refuse_delete", "delete from giving.contributions"),
    (
        "giving.refunds",
        "check_total",
        "select giving.refund('test', 'much', sha256('much'), c.id, c.amount_minor + 1, null, null, 'requested', null, null, null,
           null, 'test')
         from giving.contributions c where c.status = 'settled' and c.provider = 'manual' order by c.id limit 1",
    ),
    ("giving.refunds", "refuse_delete", "delete from giving.refunds"),
    // Where it went.
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
    ("giving.allocations", "refuse_delete", "delete from giving.allocations"),
    // Who was paid.
    (
        "giving.disbursement_approvals",
        "check_approval",
        "insert into giving.disbursement_approvals (disbursement_id, decided_by, decision, disbursement_version)
         select id, proposed_by, 'approve', version from giving.disbursements where status = 'proposed' limit 1",
    ),
    ("giving.disbursement_approvals", "refuse_change", "delete from giving.disbursement_approvals"),
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
    ("giving.disbursements", "refuse_delete", "delete from giving.disbursements"),
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
    ("giving.disbursement_attempts", "refuse_delete", "delete from giving.disbursement_attempts"),
];

/// How it ends: SQLSTATE, and the table and constraint that are named; empty if it is let through.
async fn ends(session: &Client, sql: &str) -> String {
    let tried =
        session.batch_execute(&format!("begin; {sql}; set constraints all immediate")).await;
    session.batch_execute("rollback").await.unwrap();
    match tried {
        Ok(()) => String::new(),
        Err(error) => {
            let error = error.as_db_error().expect("the server has an opinion");
            let [table, constraint] =
                [error.table(), error.constraint()].map(Option::unwrap_or_default);
            format!("{} {table} {constraint} ({})", error.code().code(), error.message())
        }
    }
}

/// How to take a guard away, whatever it is.
async fn removal(session: &Client, table: &str, name: &str) -> Option<String> {
    let what = format!(
        "select case
           when exists (select from pg_trigger where tgrelid = '{table}'::regclass and tgname = '{name}')
             then 'drop trigger {name} on {table}'
           when exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = '{name}')
             then 'alter table {table} drop constraint {name} cascade'
           when to_regclass(split_part('{table}', '.', 1) || '.{name}') is not null
             then 'drop index ' || split_part('{table}', '.', 1) || '.{name}'
         end"
    );
    session.simple_query(&what).await.unwrap().iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

#[tokio::test]
async fn each_guard_of_money_is_missed_when_it_is_gone() {
    let app = App::new(Domain::Finance).await;
    let session = app.database.superuser().await;
    session.batch_execute(TOOLS).await.unwrap();

    let mut wrong = Vec::new();
    for (table, name, attack) in GUARDS {
        let Some(removal) = removal(&session, table, name).await else {
            wrong.push(format!("{table} has no {name}"));
            continue;
        };
        let with = ends(&session, attack).await;
        let without = ends(&session, &format!("{removal}; {attack}")).await;
        if with.is_empty() {
            wrong.push(format!("{table} {name}: the attack is let through"));
        } else if with == without {
            wrong.push(format!("{table} {name}: nobody misses it: {with}"));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(app.count("ledger.invariant_breaks").await, 0, "all of it was taken back");
}
