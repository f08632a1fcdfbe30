//! The ledger refuses what would break the books, whoever asks: here the owner, who may write to every table.

use super::support::{Database, KINDS, assert_refused, books, breaks, value, values};

/// Accounts and a journal to try things on; `post` and `line` are the shortest way to write raw rows.
const TOOLS: &str = "
    create function pg_temp.account(code text, currency text) returns uuid language sql as
      $$ select ledger.leaf_account(code, case when code >= '3000' then (select id from ledger.funds where code = 'GEN') end, currency) $$;
    create function pg_temp.journal(id uuid, lines int, reverses uuid default null) returns void language sql as
      $$ insert into ledger.journals (id, kind, effective_date, source_type, source_id, lines, reverses, reason)
         values (id, 'test.made', '2026-11-21', 'test', id, lines, reverses, 'test') $$;
    create function pg_temp.line(journal uuid, line int, code text, currency text, amount bigint) returns void language sql as
      $$ insert into ledger.entries (journal_id, line, account_id, currency, amount)
         values (journal, line, pg_temp.account(code, currency), currency, amount) $$;
    create function pg_temp.post(id uuid, codes text[], amounts bigint[], reverses uuid default null, currency text default 'GBP')
      returns void language sql as
      $$ select ledger.post(id, 'test.posted', '2026-11-21', 'test', gen_random_uuid(),
           (select array_agg(pg_temp.account(code, currency) order by n) from unnest(codes) with ordinality c (code, n)),
           amounts, null, 'r', '', 'test', reverses) $$;
    -- Names of temporary functions are always written out; accounts are opened here, outside the refused work.
    select pg_temp.account(code, currency) from unnest(array['1000', '1200', '1900', '4000']) code, unnest(array['GBP', 'EUR']) currency";
const A: &str = "'00000000-0000-0000-0000-00000000000a'";
const B: &str = "'00000000-0000-0000-0000-00000000000b'";

async fn owner() -> (Database, tokio_postgres::Client) {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    owner.batch_execute(KINDS).await.unwrap();
    owner.batch_execute(TOOLS).await.unwrap();
    (database, owner)
}

#[tokio::test]
async fn a_journal_balances_per_currency_and_is_complete_or_is_not_there() {
    let (_database, owner) = owner().await;
    let line = |n: u8, code: &str, currency: &str, amount: i64| {
        format!("select pg_temp.line({A}, {n}, '{code}', '{currency}', {amount});")
    };
    let cases = [
        (2, line(1, "1200", "GBP", 5) + &line(2, "4000", "GBP", -4), "journals_balanced"),
        (2, line(1, "1200", "GBP", 5) + &line(2, "4000", "EUR", -5), "journals_balanced"),
        (
            4,
            line(1, "1200", "GBP", 5)
                + &line(2, "4000", "GBP", -6)
                + &line(3, "1200", "EUR", 6)
                + &line(4, "4000", "EUR", -5),
            "journals_balanced",
        ),
        (2, String::new(), "journals_complete"),
        (2, line(1, "1200", "GBP", 5), "journals_complete"),
        (3, line(1, "1200", "GBP", 5) + &line(2, "4000", "GBP", -5), "journals_complete"),
        (
            2,
            line(1, "1200", "GBP", 5) + &line(2, "1200", "GBP", 5) + &line(3, "4000", "GBP", -10),
            "journals_complete",
        ),
        (1, line(1, "1200", "GBP", 5), "journals_lines_range"),
        (2, line(1, "1200", "GBP", 0) + &line(2, "4000", "GBP", 0), "entries_amount_range"),
        (
            2,
            line(1, "1200", "GBP", 9_000_000_000_000_001)
                + &line(2, "4000", "GBP", -9_000_000_000_000_001),
            "entries_amount_range",
        ),
        (2, line(1, "1200", "GBP", 5) + &line(1, "4000", "GBP", -5), "entries_pkey"),
    ];
    for (lines, sql, constraint) in cases {
        let sql = format!("begin; select pg_temp.journal({A}, {lines}); {sql} commit");
        let code = if constraint == "entries_pkey" { "23505" } else { "23514" };
        assert_refused(&owner, &sql, code, constraint).await;
    }
    assert_eq!(value::<i64>(&owner, "select count(*) from ledger.journals").await, 0);
    let most = format!(
        "begin; select pg_temp.journal({A}, 2); {} {} commit",
        line(1, "1200", "GBP", 9_000_000_000_000_000),
        line(2, "4000", "GBP", -9_000_000_000_000_000)
    );
    owner.batch_execute(&most).await.unwrap();
}

#[tokio::test]
async fn a_line_is_in_the_currency_of_its_account() {
    let (_database, owner) = owner().await;
    let sql = format!(
        "begin; select pg_temp.journal({A}, 2);
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         values ({A}, 1, pg_temp.account('1200', 'EUR'), 'GBP', 5); commit"
    );
    assert_refused(&owner, &sql, "23503", "entries_account_id_fkey").await;
}

#[tokio::test]
async fn nothing_is_added_to_a_posted_journal() {
    let (_database, owner) = owner().await;
    owner
        .batch_execute(&format!("select pg_temp.post({A}, '{{1200,4000}}', '{{5,-5}}')"))
        .await
        .unwrap();

    let later = format!(
        "begin; select pg_temp.line({A}, 3, '1200', 'GBP', 5); select pg_temp.line({A}, 4, '4000', 'GBP', -5); commit"
    );
    assert_refused(&owner, &later, "23503", "entries_journal_id_fkey").await;
    let forged = format!(
        "insert into ledger.entries (journal_id, xid, line, account_id, currency, amount)
         select {A}, xid, 3, pg_temp.account('1200', 'GBP'), 'GBP', 5 from ledger.journals where id = {A}"
    );
    assert_refused(&owner, &forged, "23503", "entries_journal_id_fkey").await;
}

#[tokio::test]
async fn nothing_in_the_books_is_ever_changed() {
    let (database, owner) = owner().await;
    owner
        .batch_execute(&format!(
            "select pg_temp.post({A}, '{{1200,4000}}', '{{5,-5}}'); select ledger.seal()"
        ))
        .await
        .unwrap();
    let superuser = database.superuser().await;
    // Enabled always: not even replication mode goes around it.
    superuser.batch_execute("set session_replication_role = replica").await.unwrap();

    for session in [&owner, &superuser] {
        for table in ["ledger.journals", "ledger.entries", "ledger.seals"] {
            let column = if table == "ledger.seals" {
                "sealed_at = now()"
            } else {
                "xid = pg_current_xact_id()"
            };
            assert_refused(session, &format!("update {table} set {column}"), "42501", "").await;
            assert_refused(session, &format!("delete from {table}"), "42501", "").await;
            assert_refused(session, &format!("truncate {table} cascade"), "42501", "").await;
        }
        for sql in [
            "delete from ledger.chain_head",
            "delete from giving.contributions",
            "truncate giving.contributions cascade",
        ] {
            assert_refused(session, sql, "42501", "").await;
        }
    }
    for sql in [
        "update ledger.accounts set currency = 'EUR' where code = '1200' and currency = 'GBP'",
        "update ledger.accounts set counterparty_type = 'partner', counterparty_id = gen_random_uuid()",
        "update ledger.funds set code = 'OTHER'",
    ] {
        assert_refused(&owner, sql, "42501", "").await;
    }
}

#[tokio::test]
async fn a_reversal_negates_exactly_and_once() {
    let (_database, owner) = owner().await;
    owner
        .batch_execute(&format!(
            "select pg_temp.post({A}, '{{1200,4000,1000,1200}}', '{{10,-10,3,-3}}')"
        ))
        .await
        .unwrap();
    let reversal = |id: &str, codes: &str, amounts: &str| {
        format!("select pg_temp.post({id}, '{{{codes}}}', '{{{amounts}}}', {A})")
    };

    for (codes, amounts) in [
        // A balanced part of it, another amount, one line more, other accounts.
        ("1200,4000", "-10,10"),
        ("1200,4000,1000,1200", "-10,10,-2,2"),
        ("1200,4000,1000,1200,1900,1000", "-10,10,-3,3,1,-1"),
        ("1200,4000,1900,1200", "-10,10,-3,3"),
        ("1200,4000,1000,1200", "10,-10,3,-3"),
    ] {
        let sql = reversal(B, codes, amounts);
        assert_refused(&owner, &sql, "23514", "journals_reversal_exact").await;
    }
    // The fund may not go below zero in the attempts above, so they were refused at commit, not for that.
    owner.batch_execute(&reversal(B, "1200,4000,1000", "-7,10,-3")).await.unwrap();
    let again = reversal("gen_random_uuid()", "1200,4000,1000", "-7,10,-3");
    owner.batch_execute("update ledger.funds set floor_minor = null").await.unwrap();
    assert_refused(&owner, &again, "23505", "journals_reverses_key").await;
    for reason in ["null", "''"] {
        let reasonless = format!(
            "insert into ledger.journals (kind, effective_date, source_type, source_id, lines, reverses, reason)
             values ('a.b', '2026-11-21', 'test', gen_random_uuid(), 2, {B}, {reason})"
        );
        assert_refused(&owner, &reasonless, "23514", "journals_reversal_has_reason").await;
    }
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn posting_needs_read_committed_and_known_open_accounts() {
    let (_database, owner) = owner().await;
    for level in ["repeatable read", "serializable"] {
        let sql = format!(
            "begin isolation level {level}; select pg_temp.post({A}, '{{1200,4000}}', '{{5,-5}}'); commit"
        );
        assert_refused(&owner, &sql, "25001", "").await;
    }
    let unknown = format!(
        "select ledger.post({A}, 'a.b', '2026-11-21', 'test', {A}, array[gen_random_uuid(), pg_temp.account('4000', 'GBP')], '{{5,-5}}')"
    );
    assert_refused(&owner, &unknown, "23503", "entries_account_id_fkey").await;
    let uneven = format!(
        "select ledger.post({A}, 'a.b', '2026-11-21', 'test', {A}, array[pg_temp.account('1200', 'GBP'), pg_temp.account('4000', 'GBP')], '{{5}}')"
    );
    assert_ne!(super::support::refusal(&owner, &uneven).await.0, "00000");
    let post = format!("select pg_temp.post({A}, '{{1200,4000}}', '{{5,-5}}')");

    owner
        .batch_execute("update ledger.accounts set closed_at = now() where code = '1200'")
        .await
        .unwrap();
    assert_refused(&owner, &post, "P0409", "accounts_open").await;
    owner.batch_execute("update ledger.accounts set closed_at = null; update ledger.funds set closed_at = now()").await.unwrap();
    assert_refused(&owner, &post, "P0409", "accounts_open").await;
    owner.batch_execute("update ledger.funds set closed_at = null").await.unwrap();
    owner.batch_execute(&post).await.unwrap();
}

#[tokio::test]
async fn a_source_is_posted_once_per_kind_for_ever() {
    let (_database, owner) = owner().await;
    let post = format!(
        "select ledger.post(null, 'test.posted', '2026-11-21', 'test', {A},
           array[pg_temp.account('1200', 'GBP'), pg_temp.account('4000', 'GBP')], '{{5,-5}}')"
    );
    owner.batch_execute(&post).await.unwrap();
    assert_refused(&owner, &post, "23505", "journals_source_key").await;
}

#[tokio::test]
async fn a_key_makes_a_posting_repeatable() {
    let (_database, owner) = owner().await;
    let post = |amount: u8| {
        format!(
            "select concat_ws(' ', journal_id, replayed) from ledger.post({A}, 'test.posted', '2026-11-21', 'test', {A},
               array[pg_temp.account('1200', 'GBP'), pg_temp.account('4000', 'GBP')], '{{{amount},-{amount}}}',
               p_scope => 'test', p_key => 'k')"
        )
    };
    let id = A.trim_matches('\'');

    assert_eq!(value::<String>(&owner, &post(5)).await, format!("{id} f"));
    assert_eq!(value::<String>(&owner, &post(5)).await, format!("{id} t"));
    assert_refused(&owner, &post(6), "P0422", "idempotency_keys_fingerprint").await;
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_period_takes_postings_until_it_is_closed() {
    let (database, owner) = owner().await;
    let other = database.owner().await;
    other.batch_execute("set lock_timeout = '100ms'").await.unwrap();
    let post = "select pg_temp.post(gen_random_uuid(), '{1200,4000}', '{5,-5}')";
    let close = "select ledger.close_period(id, null) from ledger.accounting_periods where span @> date '2026-11-21'";

    // A posting under way holds the close up.
    owner.batch_execute(&format!("begin; {post}")).await.unwrap();
    assert_refused(&other, close, "55P03", "").await;
    owner.batch_execute("commit").await.unwrap();
    other.batch_execute(close).await.unwrap();

    assert_refused(&owner, post, "P0409", "accounting_periods_open").await;
    assert_refused(&other, close, "P0409", "accounting_periods_open").await;
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    let overlap = "insert into ledger.accounting_periods (span) values ('[2026-12-01,2027-01-01)')";
    assert_refused(&owner, overlap, "23P01", "accounting_periods_span_excl").await;
}

#[tokio::test]
async fn the_chain_shows_what_was_changed_behind_the_back_of_every_guard() {
    let (database, owner) = owner().await;
    for _ in 0..3 {
        owner
            .batch_execute("select pg_temp.post(gen_random_uuid(), '{1200,4000}', '{5,-5}')")
            .await
            .unwrap();
    }
    let app = database.app().await;
    let verify = "select concat_ws(' ', bad_seq, why) from ledger.verify_chain()";
    assert_eq!(value::<i64>(&app, "select ledger.seal(2)").await, 2);
    assert_eq!(value::<i64>(&app, "select ledger.seal()").await, 1);
    assert_eq!(value::<i64>(&app, "select ledger.seal()").await, 0);
    assert_eq!(values::<String>(&app, verify).await, Vec::<String>::new());

    let superuser = database.superuser().await;
    let journal = "(select journal_id from ledger.seals where seq = 2)";
    // Still balanced, every line doubled.
    superuser
        .batch_execute(&format!(
            "alter table ledger.entries disable trigger all;
             update ledger.entries set amount = amount * 2 where journal_id = {journal}"
        ))
        .await
        .unwrap();
    assert_eq!(values::<String>(&app, verify).await, ["2 content"]);
    superuser
        .batch_execute(&format!(
            "update ledger.entries set amount = amount / 2 where journal_id = {journal};
             alter table ledger.seals disable trigger all; delete from ledger.seals where seq = 3"
        ))
        .await
        .unwrap();
    assert_eq!(values::<String>(&app, verify).await, ["3 head"]);
}

#[tokio::test]
async fn the_invariants_see_a_break() {
    let (database, contributor) = books().await;
    let app = database.app().await;
    let gift = super::support::Gift::of(contributor).give(&app).await.unwrap();
    assert_eq!(breaks(&app).await, Vec::<String>::new());
    let superuser = database.superuser().await;
    superuser
        .batch_execute(
            "do $$ declare t record; begin
               for t in select oid::regclass as name from pg_class
                 where relkind = 'r' and relnamespace in ('ledger'::regnamespace, 'giving'::regnamespace) loop
                 execute format('alter table %s disable trigger all', t.name);
               end loop;
             end $$",
        )
        .await
        .unwrap();
    let (journal, id) = (gift.journal, gift.id);
    let cases = [
        (format!("update ledger.entries set amount = amount + 1 where journal_id = '{journal}' and line = 1"), "I1 I2 I4"),
        (format!("delete from ledger.entries where journal_id = '{journal}'"), "I15 I3 I4"),
        ("update ledger.balance_deltas set amount = amount + 1".to_owned(), "I4"),
        ("update ledger.account_balances set balance = 1".to_owned(), "I4"),
        ("update ledger.funds set floor_minor = 1001".to_owned(), "I5"),
        ("delete from finance.outbox_events".to_owned(), "I7"),
        ("update finance.idempotency_keys set response = jsonb_build_object('journal_id', gen_random_uuid())".to_owned(), "I8"),
        ("update ledger.accounting_periods set closed_at = '2000-01-01'".to_owned(), "I9"),
        ("update ledger.seal_queue set journal_id = gen_random_uuid()".to_owned(), "I13"),
        (format!("update giving.contributions set amount_minor = 1 where id = '{id}'"), "I15"),
        (format!("delete from giving.contributions where id = '{id}'"), "I15"),
        ("grant insert on ledger.entries to finance_writer".to_owned(), "I25"),
    ];
    for (sql, expected) in cases {
        superuser.batch_execute(&format!("begin; {sql}")).await.unwrap();
        let mut found: Vec<String> = values(
            &superuser,
            "select distinct split_part(invariant, ' ', 1) from ledger.invariant_breaks",
        )
        .await;
        found.sort();
        superuser.batch_execute("rollback").await.unwrap();
        assert_eq!(found.join(" "), expected, "{sql}");
    }
}
