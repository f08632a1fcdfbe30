use db::Domain;
use testdb::App;

use crate::jobs::seal_audit;

// Plumbing; the log itself; copies of what other domains note; other logs; and what follows from a journal.
const UNNOTED: &[&str] = &[
    "finance.audit_head",
    "finance.audit_logs",
    "finance.audit_queue",
    "finance.audit_seals",
    "finance.idempotency_keys",
    "finance.inbox_dedup",
    "finance.outbox_events",
    "finance.ref_contacts",
    "finance.ref_milestones",
    "finance.ref_partners",
    "finance.ref_projects",
    "finance.ref_stages",
    "finance.ref_themes",
    "finance.webhook_attempts",
    "finance.webhook_queue",
    "giftaid.claim_events",
    "ledger.account_balances",
    "ledger.balance_deltas",
    "ledger.chain_anchors",
    "ledger.chain_head",
    "ledger.entries",
    "ledger.journals",
    "ledger.number_series",
    "ledger.seal_queue",
    "ledger.seals",
    "trade.invoice_events",
    "trade.quote_snapshots",
];

#[tokio::test]
async fn every_table_is_audited_or_has_a_reason_not_to_be_and_no_secret_is_shown() {
    let app = App::empty(Domain::Finance).await;

    assert_eq!(app.audit_gaps().await, UNNOTED);
}

#[tokio::test]
async fn what_is_sealed_is_found_whole_and_what_is_changed_is_found_first() {
    testdb::chain_finds_what_was_changed(&App::new(Domain::Finance).await, &seal_audit::JOB).await;
}
