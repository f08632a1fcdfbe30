//! What the tables of the bank, of other systems' messages and beside the journals refuse.

use super::finance_model::{OK, gifts, walk};
use super::support::{books, value};

#[tokio::test]
async fn a_statement_of_the_bank_is_whole_and_a_line_is_matched_to_the_penny() {
    let (_database, app, _) = gifts().await;
    let statement = |closing: i32| {
        format!(
            "begin;
             insert into finance.bank_statements (id, bank_account_id, number, opens_on, closes_on, opening_minor,
               closing_minor, line_count, file_sha256)
             values (#12, #11, '1', '2026-11-20', '2026-11-21', 100, {closing}, 2, sha256('a'));
             insert into finance.bank_lines (id, statement_id, bank_account_id, line, bank_ref, booked_on, value_on, amount_minor)
             values (#13, #12, #11, 1, 'a', '2026-11-20', '2026-11-20', 8),
                    (#14, #12, #11, 2, 'b', '2026-11-20', '2026-11-20', -50);
             commit"
        )
    };
    let matched = |id: &str, journal: &str, amount: i32| {
        format!(
            "insert into finance.recon_matches (id, bank_line_id, journal_id, amount_minor, matched_by)
             values ({id}, #13, {journal}, {amount}, 'rule')"
        )
    };
    let settle = "update finance.bank_lines set status = 'matched' where id = #13";
    walk(
        &app,
        &[
            ("insert into finance.bank_accounts (id, name, bank, last_four, currency, code) values (#11, 'a', 'b', '1234', 'GBP', '1200')", OK),
            (&statement(59), "bank_statements_total"),
            (&statement(58), OK),
            (settle, "bank_lines_total"),
            (&matched("#15", "#901", 5), OK),
            (settle, "bank_lines_total"),
            (&matched("#16", "#902", 3), OK),
            (settle, OK),
            (&matched("#17", "#903", 1), "recon_matches_bank_line_state"),
            ("update finance.bank_lines set amount_minor = 1", "bank_lines_frozen"),
            ("update finance.bank_statements set closing_minor = 1", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_others_told_is_kept_as_it_came_and_the_newest_of_it_counts() {
    let (_database, app, _) = gifts().await;
    let event = "insert into finance.webhook_events (id, provider, event_id, event_type, signature_ok, payload)
                 values (#11, 'stripe', 'evt_1', 'charge.settled', true, '\\x7b7d')";
    let attempt = |n: u8, outcome: &str| {
        format!(
            "insert into finance.webhook_attempts (webhook_event_id, attempt, outcome) values (#11, {n}, '{outcome}')"
        )
    };
    walk(
        &app,
        &[
            (event, OK),
            (&event.replace("#11", "#12"), "webhook_events_event_id_key"),
            ("update finance.webhook_events set payload = ''", ""),
            (&attempt(1, "failed"), "webhook_attempts_failed_says_why"),
            (&attempt(1, "done"), OK),
            (&attempt(2, "done"), "webhook_attempts_settled_key"),
            ("insert into finance.ref_projects (id, version, label, status) values (#2, 3, #t, 'funding')", OK),
            ("update finance.ref_projects set version = 2, status = 'approved'", OK),
        ],
    )
    .await;
    let state = "select version || ' ' || status from finance.ref_projects";
    assert_eq!(value::<String>(&app, state).await, "3 funding");
}

#[tokio::test]
async fn a_journal_is_of_a_known_kind_and_touches_its_accounts_only() {
    let (database, _) = books().await;
    let owner = database.owner().await;
    let post = |kind: &str, code: &str, reason: &str| {
        format!(
            "select ledger.post(null, '{kind}', '2026-11-21', 'test', gen_random_uuid(),
               array[ledger.leaf_account('{code}', null, 'GBP'), ledger.leaf_account('1200', null, 'GBP')], '{{5,-5}}',
               p_reason => {reason})"
        )
    };
    walk(
        &owner,
        &[
            (&post("test.unknown", "1010", "null"), "journals_kind_fkey"),
            (&post("payout.sent", "1300", "null"), "journals_kind_codes"),
            (&post("payout.sent", "1010", "null"), OK),
            (&post("journal.manual", "1300", "null"), "journals_kind_has_reason"),
            (&post("journal.manual", "1300", "'a'"), OK),
            ("delete from ledger.journal_kinds", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_anchor_is_a_link_of_the_chain_and_is_set_once_a_day() {
    let (_database, app, _) = gifts().await;
    let anchor =
        |seq: u8| format!("select ledger.anchor_chain('https://notary.example', null, {seq})");
    walk(
        &app,
        &[
            (&anchor(1), "chain_anchors_seq_fkey"),
            ("select ledger.seal(10)", OK),
            (&anchor(10), OK),
            (&anchor(9), "chain_anchors_anchored_on_key"),
            ("insert into ledger.chain_anchors (anchored_on, seq, hash, published_to) values (now(), 1, sha256('a'), 'a')", ""),
        ],
    )
    .await;
}
