//! What the tables of funding programmes, applications and documents refuse.

use tokio_postgres::Client;

use super::cases::{done, filled, refused};
use super::support::{Database, value, values};

/// A project (1), and a programme (2) with a draft (3) of its terms in euro and a rate (4).
const FUNDING: &str = "
    insert into community.projects (id, slug, name, summary) values (#1, 'a', #t, #t);
    insert into funding.funding_programs (id, code, provider, name, kind) values (#2, 'BEG-EM', 'BAFA', #t, 'grant');
    insert into funding.funding_program_versions (id, program_id, number, valid_from, currency, created_by)
    values (#3, #2, 1, '2026-01-01', 'EUR', #91);
    insert into funding.funding_program_rates (id, version_id, measure_type, rate_percent) values (#4, #3, 'windows', 15)";
const PUBLISH: &str = "update funding.funding_program_versions
    set status = 'published', published_at = now(), published_by = #92 where id = #3";
const APPLY: &str = "insert into funding.funding_applications (id, program_version_id, project_id, title, requested_minor, currency)
    values (#5, #3, #1, 'a', 1000, 'EUR')";

async fn projects(setup: &[&str]) -> (Database, Client) {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    for sql in setup {
        done(&app, sql).await;
    }
    (database, app)
}

fn step(what: &str) -> String {
    format!("update funding.funding_applications set {what} where id = #5")
}

/// The steps of an application to a grant of 900 cents.
fn granted() -> [String; 3] {
    [
        step("status = 'eligible', eligibility_checked_at = now()"),
        step("status = 'submitted', submitted_at = now(), submitted_by = #91"),
        step("status = 'approved', approved_minor = 900, decided_on = '2026-11-01'"),
    ]
}

#[tokio::test]
async fn published_terms_never_change_and_hold_at_one_time() {
    let (database, app) = projects(&[FUNDING]).await;
    refused(&app, APPLY, "funding_applications_program_version_state").await;
    refused(&app, &PUBLISH.replace("#92", "#91"), "funding_program_versions_published_four_eyes")
        .await;
    refused(
        &app,
        "update funding.funding_program_versions set created_by = #95",
        "funding_program_versions_created_by_once",
    )
    .await;
    done(&app, PUBLISH).await;

    let owner = database.owner().await;
    for (sql, constraint) in [
        (
            "update funding.funding_program_versions set base_rate_percent = 50",
            "funding_program_versions_frozen",
        ),
        (
            "update funding.funding_program_versions set published_by = #93",
            "funding_program_versions_frozen",
        ),
        (
            "update funding.funding_program_versions set status = 'draft'",
            "funding_program_versions_status_transition",
        ),
        ("delete from funding.funding_program_versions", "funding_program_versions_frozen"),
        (
            "update funding.funding_program_rates set rate_percent = 50",
            "funding_program_rates_version_state",
        ),
        ("delete from funding.funding_program_rates", "funding_program_rates_version_state"),
        (
            "insert into funding.funding_program_bonuses (version_id, code, name, points_percent) values (#3, 'a', #t, 5)",
            "funding_program_bonuses_version_state",
        ),
    ] {
        refused(&owner, sql, constraint).await;
    }
    let next = "insert into funding.funding_program_versions (id, program_id, number, valid_from, currency, created_by)
        values (#6, #2, 2, '2027-01-01', 'EUR', #91)";
    done(&app, next).await;
    let publish_next = PUBLISH.replace("#3", "#6");
    refused(&app, &publish_next, "funding_program_versions_no_overlap").await;
    done(&app, "update funding.funding_program_versions set status = 'superseded', valid_to = '2027-01-01' where id = #3").await;
    done(&app, &publish_next).await;
    refused(&app, APPLY, "funding_applications_program_version_state").await;
}

#[tokio::test]
async fn an_application_takes_its_steps_and_keeps_what_was_submitted() {
    let (database, app) = projects(&[FUNDING, PUBLISH, APPLY]).await;
    let [check, submit, approve] = granted();

    refused(
        &app,
        &APPLY.replace("'EUR'", "'GBP'").replace("#5", "#6"),
        "funding_applications_currency_terms",
    )
    .await;
    refused(&app, &submit, "funding_applications_status_transition").await;
    refused(&app, &step("status = 'eligible'"), "funding_applications_eligible_checked").await;
    done(&app, &check).await;
    refused(&app, &step("status = 'submitted'"), "funding_applications_submitted_whole").await;
    done(&app, &submit).await;
    refused(&app, &step("requested_minor = 2000"), "funding_applications_frozen").await;
    refused(&app, &step("status = 'approved'"), "funding_applications_approved_whole").await;
    refused(&app, &approve.replace("900", "1001"), "funding_applications_approved_most").await;
    refused(&app, &step("status = 'rejected'"), "funding_applications_rejected_whole").await;
    done(&app, &approve).await;
    refused(&app, &step("approved_minor = 1000"), "funding_applications_approved_minor_once").await;
    refused(&app, &step("disbursed_minor = 901"), "funding_applications_disbursed_most").await;
    refused(&app, &step("program_version_id = #9"), "funding_applications_frozen").await;
    done(&app, &step("status = 'disbursed', disbursed_minor = 900")).await;
    refused(&app, &step("status = 'approved'"), "funding_applications_status_transition").await;

    assert_eq!(
        values::<String>(
            &app,
            "select to_status from funding.funding_application_steps order by changed_at"
        )
        .await,
        ["draft", "eligible", "submitted", "approved", "disbursed"]
    );
    refused(&app, "insert into funding.funding_application_steps default values", "").await;
    refused(
        &database.owner().await,
        "update funding.funding_application_steps set to_status = 'x'",
        "",
    )
    .await;
}

#[tokio::test]
async fn a_loan_is_so_much_per_dwelling() {
    let (_database, app) = projects(&[FUNDING, PUBLISH, APPLY]).await;
    let loan = |principal: u64, grant: u64| {
        format!(
            "insert into funding.funding_application_loans (application_id, dwellings, per_dwelling_minor, principal_minor, repayment_grant_minor)
             values (#5, 12, 12000000, {principal}, {grant})"
        )
    };

    refused(&app, &loan(144_000_001, 0), "funding_application_loans_principal_product").await;
    refused(
        &app,
        &loan(144_000_000, 144_000_001),
        "funding_application_loans_repayment_grant_most",
    )
    .await;
    done(&app, &loan(144_000_000, 21_600_000)).await;
    let adjust = "insert into funding.funding_application_adjustments (application_id, scope, measure_type, amount_minor, reason)
        values (#5, 'category', null, -5, 'a')";
    refused(&app, adjust, "funding_application_adjustments_scope_whole").await;
    done(&app, &adjust.replace("null", "'roof'")).await;
    let [check, submit, _] = granted();
    done(&app, &check).await;
    done(&app, &submit).await;
    refused(
        &app,
        "update funding.funding_application_loans set term_months = 120",
        "funding_application_loans_application_state",
    )
    .await;
}

#[tokio::test]
async fn granted_money_is_allocated_by_two_people_and_only_once() {
    let [check, submit, approve] = granted();
    let (database, app) = projects(&[FUNDING, PUBLISH, APPLY]).await;
    let allocate = |id: &str, amount: u32| {
        format!(
            "insert into funding.funding_application_allocations (id, application_id, invoice_ref, amount_minor, created_by)
             values ({id}, #5, #99, {amount}, #91)"
        )
    };
    let decide = |id: &str, who: &str| {
        format!(
            "update funding.funding_application_allocations set status = 'approved', decided_by = {who}, decided_at = now()
             where id = {id}"
        )
    };
    for (id, amount) in [("#11", 600), ("#12", 300), ("#13", 301), ("#14", 1)] {
        done(&app, &allocate(id, amount)).await;
    }
    refused(&app, &decide("#11", "#92"), "funding_application_allocations_granted").await;
    for sql in [&check, &submit, &approve] {
        done(&app, sql).await;
    }

    refused(&app, &decide("#11", "#91"), "funding_application_allocations_decision_four_eyes")
        .await;
    done(&app, &decide("#11", "#92")).await;
    refused(&app, &decide("#13", "#92"), "funding_application_allocations_most").await;
    // Two at once for the last 300.
    let other = database.app().await;
    done(&app, "begin").await;
    done(&app, &decide("#12", "#92")).await;
    let late = filled(&decide("#14", "#92"));
    let (late, ()) = tokio::join!(other.batch_execute(&late), done(&app, "commit"));
    assert_eq!(
        super::support::fault(&late.unwrap_err()),
        ("23514", Some("funding_application_allocations_most"))
    );
    for (change, constraint) in [
        ("amount_minor = 1", "funding_application_allocations_frozen"),
        ("decided_by = #93", "funding_application_allocations_frozen"),
        ("status = 'proposed'", "funding_application_allocations_status_transition"),
    ] {
        let sql =
            format!("update funding.funding_application_allocations set {change} where id = #11");
        refused(&app, &sql, constraint).await;
    }
    done(
        &app,
        "update funding.funding_application_allocations set status = 'released' where id = #12",
    )
    .await;
    done(&app, &decide("#14", "#92")).await;
    assert_eq!(
        value::<i64>(&app, "select sum(amount_minor)::bigint from funding.funding_application_allocations where status = 'approved'").await,
        601
    );
}

/// A collection (20) of one request (21) of a kind (22) with a point to check (23), a reason (24) and a bundle (25).
const REQUEST: &str = "
    insert into community.projects (id, slug, name, summary) values (#1, 'a', #t, #t), (#2, 'b', #t, #t);
    insert into document.document_templates (id, key, name) values (#22, 'energy.certificate', #t);
    insert into document.document_review_checklist_items (id, template_id, position, text) values (#23, #22, 1, #t);
    insert into document.document_rejection_reasons (id, code, text) values (#24, 'unreadable', #t);
    insert into document.document_collections (id, project_id, name) values (#20, #1, #t);
    insert into document.document_requests (id, collection_id, project_id, template_id) values (#21, #20, #1, #22);
    insert into document.document_rejection_bundles (id, collection_id) values (#25, #20)";

#[tokio::test]
async fn a_document_is_sent_back_with_reasons_and_approved_when_it_was_looked_at() {
    let (database, app) = projects(&[REQUEST]).await;
    let set = |what: &str| format!("update document.document_requests set {what} where id = #21");
    let hand_in = "insert into document.document_fulfilments (request_id, round, file_ref) values (#21, 1, #31)";

    refused(&app, &set("status = 'requested'"), "document_requests_requested_whole").await;
    done(&app, &set("status = 'requested', assignee_ref = #91")).await;
    refused(
        &app,
        &set("status = 'approved', approved_by = #92, approved_at = now()"),
        "document_requests_status_transition",
    )
    .await;
    done(&app, hand_in).await;
    refused(
        &app,
        "update document.document_fulfilments set file_ref = #32",
        "document_fulfilments_frozen",
    )
    .await;
    done(&app, &set("status = 'uploaded'")).await;
    done(&app, &set("status = 'in_review'")).await;
    refused(&app, &hand_in.replace("#31", "#32"), "document_fulfilments_request_state").await;

    let reject = set("status = 'rejected', rejection_bundle_id = #25");
    refused(&app, &set("status = 'rejected'"), "document_requests_rejected_whole").await;
    refused(&app, &reject, "document_requests_rejected_reason").await;
    let item = "insert into document.document_rejection_items (bundle_id, request_id, reason_id) values (#25, #21, #24)";
    refused(&app, &item.replace("#24", "null"), "document_rejection_items_reason_some").await;
    done(&app, item).await;
    done(&app, &reject).await;
    done(&app, "update document.document_rejection_bundles set sent_at = now(), sent_by = #92")
        .await;
    refused(
        &app,
        "update document.document_rejection_items set note = 'a'",
        "document_rejection_items_bundle_open",
    )
    .await;
    refused(
        &app,
        "update document.document_rejection_bundles set message = #t",
        "document_rejection_bundles_frozen",
    )
    .await;

    for status in ["requested", "uploaded", "in_review"] {
        done(&app, &set(&format!("status = '{status}', rejections = 7"))).await;
    }
    let approve = set("status = 'approved', approved_by = #92, approved_at = now()");
    refused(&app, &approve, "document_requests_approved_checked").await;
    let check = "insert into document.document_review_checklist_results (request_id, item_id, result) values (#21, #23, 'failed')";
    done(&app, check).await;
    refused(&app, &approve, "document_requests_approved_checked").await;
    done(&app, "update document.document_review_checklist_results set result = 'passed'").await;
    done(&app, &approve).await;

    assert_eq!(value::<i32>(&app, "select rejections from document.document_requests").await, 1);
    let trail = "select count(*) from document.document_activities where kind = 'status'";
    assert_eq!(value::<i64>(&app, trail).await, 9);
    refused(&database.owner().await, "delete from document.document_activities", "").await;
}

#[tokio::test]
async fn requests_belong_to_the_project_of_their_collection_and_links_are_hidden() {
    let (database, app) = projects(&[REQUEST]).await;
    refused(
        &app,
        "insert into document.document_requests (collection_id, project_id, template_id) values (#20, #2, #22)",
        "document_requests_collection_project",
    )
    .await;
    done(
        &app,
        "insert into document.document_batches (id, collection_id, recipient_ref, portal_token_hash, sent_at, expires_at)
         values (#26, #20, #91, sha256('a'), now(), now() + interval '30 days')",
    )
    .await;
    refused(
        &app,
        "update document.document_batches set portal_token_hash = sha256('b')",
        "document_batches_portal_token_hash_once",
    )
    .await;
    refused(&app, "update document.document_batches set sent_at = null, portal_token_hash = null, expires_at = null", "document_batches_sent_at_once")
        .await;

    let reader = database.reader().await;
    refused(&reader, "select portal_token_hash from document.document_batches", "").await;
    reader.batch_execute("select sent_at from document.document_batches").await.unwrap();
}
