use db::Domain;
use testdb::App;

use crate::jobs::seal_audit;

// Plumbing; what others told; the log itself; other logs, written with a change that is noted.
const UNNOTED: &[&str] = &[
    "building.building_component_change_logs",
    "community.project_phase_history",
    "document.document_activities",
    "funding.funding_application_steps",
    "projects.audit_head",
    "projects.audit_logs",
    "projects.audit_queue",
    "projects.audit_seals",
    "projects.idempotency_keys",
    "projects.inbox_dedup",
    "projects.outbox_events",
    "projects.ref_companies",
    "projects.ref_contacts",
];

#[tokio::test]
async fn every_table_is_audited_or_has_a_reason_not_to_be_and_no_secret_is_shown() {
    let app = App::empty(Domain::Projects).await;

    assert_eq!(app.audit_gaps().await, UNNOTED);
}

#[tokio::test]
async fn what_is_sealed_is_found_whole_and_what_is_changed_is_found_first() {
    testdb::chain_finds_what_was_changed(&App::new(Domain::Projects).await, &seal_audit::JOB).await;
}
