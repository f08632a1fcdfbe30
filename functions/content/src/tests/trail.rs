use db::Domain;
use testdb::App;

use crate::jobs::seal_audit;

// Plumbing; the log itself; copies of what other domains note.
const UNNOTED: &[&str] = &[
    "content.audit_head",
    "content.audit_logs",
    "content.audit_queue",
    "content.audit_seals",
    "content.idempotency_keys",
    "content.inbox_dedup",
    "content.outbox_events",
    "content.ref_contacts",
    "content.ref_files",
    "content.ref_missions",
    "content.ref_partners",
    "content.ref_projects",
];

#[tokio::test]
async fn every_table_is_audited_or_has_a_reason_not_to_be_and_no_secret_is_shown() {
    let app = App::empty(Domain::Content).await;

    assert_eq!(app.audit_gaps().await, UNNOTED);
}

#[tokio::test]
async fn what_is_sealed_is_found_whole_and_what_is_changed_is_found_first() {
    testdb::chain_finds_what_was_changed(&App::new(Domain::Content).await, &seal_audit::JOB).await;
}
