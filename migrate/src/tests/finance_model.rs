//! What the tables of giving refuse: rules that cost money when they are broken.

use tokio_postgres::Client;
use uuid::Uuid;

use super::cases::{done, filled, refused};
use super::support::{Database, Gift, books, breaks};

/// Forty journals, #901 to #940, for steps that must be in the books.
pub(crate) const JOURNALS: &str = "
    select ledger.post(('00000000-0000-0000-0000-000000000' || n)::uuid, 'test.posted', '2026-11-21', 'test',
      ('00000000-0000-0000-0000-000000000' || n)::uuid,
      array[ledger.leaf_account('1200', null, 'GBP'),
            ledger.leaf_account('4000', (select id from ledger.funds where code = 'GEN'), 'GBP')], '{5,-5}')
    from generate_series(901, 940) n;";

/// What a step must come to.
pub(crate) const OK: &str = "ok";

/// Steps one after the other: what is tried, and the constraint that refuses it, or `OK`.
pub(crate) async fn walk(client: &Client, steps: &[(&str, &str)]) {
    for (sql, expected) in steps {
        if *expected == OK { done(client, sql).await } else { refused(client, sql, expected).await }
    }
}

/// Books with journals, a project's gift of 1000 pence (#1 to fund of project #2) and one to the general fund (#3).
pub(crate) async fn gifts() -> (Database, Client, Uuid) {
    let (database, contributor) = books().await;
    let app = database.app().await;
    done(&database.owner().await, JOURNALS).await;
    let id = |n: u16| Some(Uuid::from_u128(u128::from(n)));
    let gift = Gift { id: id(1), project: id(2), ..Gift::of(contributor) };
    gift.give(&app).await.unwrap();
    Gift { id: id(3), ..Gift::of(contributor) }.give(&app).await.unwrap();
    (database, app, contributor)
}

fn refund(id: &str, amount: u32, currency: &str) -> String {
    format!(
        "insert into giving.refunds (id, contribution_id, processor, amount_minor, currency, reason)
         values ({id}, #1, 'manual', {amount}, '{currency}', 'requested')"
    )
}

#[tokio::test]
async fn no_more_is_refunded_than_was_captured_and_a_refund_that_is_posted_stays() {
    let (database, app, _) = gifts().await;
    let settle = "update giving.refunds set status = 'settled', settled_at = now(), journal_id = #901 where id = #11";

    walk(
        &app,
        &[
            (&refund("#11", 600, "GBP"), OK),
            (&refund("#12", 401, "GBP"), "refunds_total"),
            (&refund("#12", 400, "EUR"), "refunds_currency_of_contribution"),
            (&refund("#12", 0, "GBP"), "refunds_amount_minor_range"),
            (&refund("#12", 400, "GBP"), OK),
            ("update giving.refunds set amount_minor = 601 where id = #11", "refunds_total"),
            (
                "update giving.refunds set status = 'settled' where id = #11",
                "refunds_settled_is_posted",
            ),
            (settle, OK),
            (
                "update giving.refunds set journal_id = #902 where id = #11",
                "refunds_journal_id_once",
            ),
            ("update giving.refunds set amount_minor = 1 where id = #11", "refunds_frozen"),
            (
                "update giving.refunds set status = 'requested' where id = #11",
                "refunds_status_transition",
            ),
            ("update giving.refunds set status = 'failed' where id = #12", "refunds_failed_whole"),
            (
                "update giving.refunds set status = 'failed', failure_reason = 'a' where id = #12",
                OK,
            ),
            // What failed gives its room back.
            (&refund("#13", 400, "GBP"), OK),
            ("delete from giving.refunds", ""),
        ],
    )
    .await;
    let owner = database.owner().await;
    // What the function that settles a refund does with it.
    done(&owner, "update giving.contributions set status = 'partially_refunded' where id = #1")
        .await;
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn two_refunds_at_once_are_seen_by_each_other() {
    let (database, one, _) = gifts().await;
    let two = database.app().await;
    done(&one, &format!("begin; {}", refund("#11", 600, "GBP"))).await;
    let second = refund("#12", 600, "GBP");

    let waiting = tokio::spawn(async move { refused(&two, &second, "refunds_total").await });
    tokio::task::yield_now().await;
    done(&one, "commit").await;

    waiting.await.unwrap();
}

fn allocation(id: &str, from: &str, to: &str, contribution: &str, amount: u32) -> String {
    format!(
        "insert into giving.allocations (id, from_fund_id, to_fund_id, contribution_id, amount_minor, currency, reason)
         values ({id}, (select id from ledger.funds where code = '{from}'),
           (select id from ledger.funds where code = '{to}'), {contribution}, {amount}, 'GBP', 'a')"
    )
}

#[tokio::test]
async fn restricted_money_keeps_its_purpose_and_is_allocated_once() {
    let (database, app, _) = gifts().await;
    done(
        &database.owner().await,
        "insert into ledger.funds (code, restriction, project_ref, stage_ref) values
           ('stage', 'restricted', #2, #5), ('other', 'restricted', #6, null)",
    )
    .await;
    let project = filled("project:#2").replace('\'', "");
    let give_back = format!("{}; update giving.refunds set note = 'a'", refund("#21", 300, "GBP"));

    walk(
        &app,
        &[
            (&allocation("#11", &project, "other", "#1", 100), "allocations_designation"),
            (&allocation("#11", &project, "GEN", "#1", 100), "allocations_designation"),
            (&allocation("#11", &project, &project, "#1", 100), "allocations_funds_differ"),
            (&allocation("#11", "GEN", "other", "null", 100), OK),
            (&allocation("#12", &project, "stage", "#1", 1001), "allocations_total"),
            (&allocation("#12", &project, "stage", "#1", 600), OK),
            (&allocation("#13", &project, "stage", "#1", 401), "allocations_total"),
            (&give_back, OK),
            (&allocation("#13", &project, "stage", "#1", 101), "allocations_total"),
            (&allocation("#13", &project, "stage", "#1", 100), OK),
            ("update giving.allocations set status = 'confirmed' where id = #12", "allocations_confirmed_is_posted"),
            ("update giving.allocations set status = 'confirmed', journal_id = #901 where id = #12", OK),
            ("update giving.allocations set amount_minor = 1 where id = #12", "allocations_frozen"),
            ("update giving.allocations set status = 'reversed' where id = #12", "allocations_reversed_is_posted"),
            ("update giving.allocations set status = 'rejected' where id = #12", "allocations_status_transition"),
        ],
    )
    .await;
}

/// A payment (#30) of 500 pence to partner #31 that contact #71 proposed, on an account (#32) that contact #70 wrote.
const PAYMENT: &str = "
    insert into finance.ref_milestones (id, version, label, project_ref, status) values (#33, 1, #t, #2, 'submitted');
    insert into giving.partner_bank_accounts (id, partner_ref, holder_name, currency, country, details_ciphertext,
      details_fingerprint, last_four, created_by)
    values (#32, #31, 'a', 'GBP', 'GB', '\\x00', sha256('a'), '1234', #70);
    insert into giving.disbursements (id, partner_ref, partner_name, milestone_ref, milestone_version, amount_minor,
      currency, proposed_by)
    values (#30, #31, 'a', #33, 1, 500, 'GBP', #71);";

#[tokio::test]
async fn a_partner_is_paid_only_with_a_second_pair_of_eyes_and_for_an_approved_milestone() {
    let (_database, app, _) = gifts().await;
    done(&app, PAYMENT).await;
    let approve = "update giving.disbursements set status = 'approved', approved_by = #72, approved_at = now(),
                     approval_journal_id = #901 where id = #30";
    let decide = |who: &str, version: u8| {
        format!(
            "insert into giving.disbursement_approvals (disbursement_id, decided_by, decision, disbursement_version)
             values (#30, {who}, 'approve', {version})"
        )
    };
    let line = |id: &str, position: u8, amount: u32| {
        format!(
            "insert into giving.disbursement_lines (id, disbursement_id, position, fund_id, amount_minor)
             select {id}, #30, {position}, id, {amount} from ledger.funds where code = 'GEN'"
        )
    };

    walk(
        &app,
        &[
            (&line("#41", 1, 300), OK),
            (approve, "disbursements_total"),
            (&line("#42", 2, 200), OK),
            (approve, "disbursements_approval"),
            (&decide("#71", 1), "disbursement_approvals_four_eyes"),
            (&decide("#72", 2), "disbursement_approvals_disbursement_state"),
            (&decide("#72", 1), OK),
            (&approve.replace("#72", "#71"), "disbursements_approval"),
            (approve, "disbursements_milestone_approved"),
            ("update finance.ref_milestones set status = 'approved', version = 2", OK),
            // A line that changed after the decision was not what was decided about.
            ("update giving.disbursement_lines set amount_minor = amount_minor where id = #41", OK),
            (approve, "disbursements_approval"),
            (&decide("#73", 1), OK),
            (&approve.replace("#72", "#73"), OK),
            (&line("#43", 3, 1), "disbursement_lines_disbursement_state"),
            ("update giving.disbursements set amount_minor = 1", "disbursements_frozen"),
            ("update giving.disbursements set approved_by = #74", "disbursements_approved_by_once"),
            ("update giving.disbursement_approvals set decision = 'reject'", ""),
        ],
    )
    .await;
    // The same milestone is not paid twice.
    let again = "insert into giving.disbursements (partner_ref, partner_name, milestone_ref, milestone_version,
                   amount_minor, currency, proposed_by) values (#31, 'a', #33, 1, 500, 'GBP', #71)";
    refused(&app, again, "disbursements_milestone_key").await;
}

#[tokio::test]
async fn money_goes_only_to_an_account_that_somebody_else_checked_and_that_has_waited() {
    let (database, app, _) = gifts().await;
    done(&app, PAYMENT).await;
    done(
        &database.superuser().await,
        "set session_replication_role = replica;
         update giving.disbursements set status = 'approved', approved_by = #72, approved_at = now(),
           approval_journal_id = #901",
    )
    .await;
    let send = "update giving.disbursements set status = 'sending', sent_journal_id = #902";
    let verify = |who: &str| {
        format!(
            "update giving.partner_bank_accounts set status = 'verified', verified_by = {who}, verified_at = now()"
        )
    };

    walk(
        &app,
        &[
            (send, "disbursements_bank_account_usable"),
            ("update giving.disbursements set bank_account_id = #32", OK),
            (send, "disbursements_bank_account_usable"),
            (&verify("#70"), "partner_bank_accounts_four_eyes"),
            (&verify("#72"), OK),
            (send, "disbursements_bank_account_usable"),
            (
                "update giving.partner_bank_accounts set usable_from = now()",
                "partner_bank_accounts_usable_from_once",
            ),
            (
                "update giving.partner_bank_accounts set details_ciphertext = '\\x01'",
                "partner_bank_accounts_details_ciphertext_once",
            ),
        ],
    )
    .await;
    done(
        &database.superuser().await,
        "set session_replication_role = replica;
         update giving.partner_bank_accounts set created_at = now() - interval '4 days', usable_from = now() - interval '1 day'",
    )
    .await;
    let attempt = |n: u8| {
        format!(
            "insert into giving.disbursement_attempts (disbursement_id, attempt, bank_account_id) values (#30, {n}, #32)"
        )
    };
    walk(
        &app,
        &[
            (send, OK),
            (&attempt(1), OK),
            (&attempt(2), "disbursement_attempts_live_key"),
            ("update giving.disbursement_attempts set status = 'unknown'", OK),
            // An order that nobody knows the outcome of is not sent again.
            (&attempt(2), "disbursement_attempts_live_key"),
            (
                "update giving.disbursement_attempts set status = 'sending'",
                "disbursement_attempts_status_transition",
            ),
            ("update giving.disbursement_attempts set status = 'failed'", OK),
            (&attempt(2), OK),
            ("update giving.disbursements set status = 'paid'", "disbursements_paid_is_posted"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_grant_brings_no_more_than_was_approved() {
    let (_database, app, _) = gifts().await;
    let receipt = |journal: &str, amount: u32| {
        format!(
            "insert into giving.grant_receipts (grant_id, amount_minor, received_on, bank_ref, journal_id)
             values (#11, {amount}, '2026-11-21', gen_random_uuid(), {journal})"
        )
    };
    walk(
        &app,
        &[
            (
                "insert into giving.grants (id, application_ref, fund_id, payer_name, amount_minor, currency, approved_on)
                 select #11, #12, id, 'a', 900, 'GBP', '2026-11-21' from ledger.funds where code = 'GEN'",
                OK,
            ),
            (&receipt("#901", 500), OK),
            (&receipt("#901", 1), "grant_receipts_journal_id_key"),
            (&receipt("#902", 401), "grant_receipts_total"),
            (&receipt("#902", 400), OK),
            ("update giving.grant_receipts set amount_minor = 1", ""),
            ("update giving.grants set status = 'repaid'", "grants_status_transition"),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_erased_contributor_is_nobody_and_a_merged_one_is_another() {
    let (_database, app, contributor) = gifts().await;
    let who = format!("where id = '{contributor}'");
    let step = |set: &str| format!("update giving.contributors set {set} {who}");
    walk(
        &app,
        &[
            (&step("email = 'a@b'"), OK),
            (&step("status = 'merged'"), "contributors_merged_whole"),
            (&step("status = 'merged', merged_into_id = id"), "contributors_merged_into_another"),
            (&step("status = 'erased', erased_at = now()"), "contributors_erased_is_nobody"),
            (
                &step(
                    "status = 'erased', erased_at = now(), email = null, display_name = 'Erased'",
                ),
                OK,
            ),
            (&step("email = 'a@b'"), "contributors_erased_is_nobody"),
            (&step("display_name = 'Ada'"), "contributors_erased_is_nobody"),
            (&step("status = 'active', erased_at = null"), "contributors_status_transition"),
        ],
    )
    .await;
}
