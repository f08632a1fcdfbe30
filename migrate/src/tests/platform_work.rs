//! What the tables of files, workflows, forms and appointments refuse.

use tokio_postgres::Client;

use super::cases::{done, filled, refused};
use super::support::{Database, value, values};

/// A contact (1), and a workflow template (10) with a draft (11) of two phases (12, 13) with a task each (14, 15).
const WORKFLOW: &str = "
    insert into party.contacts (id, last_name) values (#1, 'Byron');
    insert into automation.workflow_templates (id, code, name) values (#10, 'retrofit', #t);
    insert into automation.workflow_template_versions (id, template_id, number) values (#11, #10, 1);
    insert into automation.workflow_template_phases (id, template_version_id, position, code, name)
    values (#12, #11, 1, 'survey', #t), (#13, #11, 2, 'works', #t);
    insert into automation.workflow_template_tasks (id, phase_id, position, code, name, type)
    values (#14, #12, 1, 'visit', #t, 'appointment'), (#15, #13, 1, 'build', #t, 'todo')";
const PUBLISH: &str = "update automation.workflow_template_versions set status = 'published', published_at = now() where id = #11";
const START: &str = "insert into automation.workflow_packages
    (id, template_version_id, subject_domain, subject_type, subject_id, quote_ref) values (#20, #11, 'projects', 'project', #99, #98)";

async fn platform(setup: &str) -> (Database, Client) {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    done(&app, setup).await;
    (database, app)
}

#[tokio::test]
async fn a_published_workflow_never_changes() {
    let (database, app) = platform(WORKFLOW).await;
    refused(&app, START, "workflow_packages_template_version_state").await;
    done(&app, "update automation.workflow_template_phases set is_optional = true where id = #13")
        .await;
    done(&app, PUBLISH).await;

    let owner = database.owner().await;
    for (sql, constraint) in [
        (
            "update automation.workflow_template_versions set number = 2",
            "workflow_template_versions_frozen",
        ),
        (
            "update automation.workflow_template_versions set status = 'draft'",
            "workflow_template_versions_status_transition",
        ),
        ("delete from automation.workflow_template_versions", "workflow_template_versions_frozen"),
        (
            "update automation.workflow_template_phases set name = #t",
            "workflow_template_phases_template_version_state",
        ),
        (
            "delete from automation.workflow_template_phases",
            "workflow_template_phases_template_version_state",
        ),
        (
            "insert into automation.workflow_template_phases (template_version_id, position, code, name) values (#11, 3, 'x', #t)",
            "workflow_template_phases_template_version_state",
        ),
        (
            "insert into automation.workflow_phase_dependencies (phase_id, depends_on_id, template_version_id) values (#13, #12, #11)",
            "workflow_phase_dependencies_template_version_state",
        ),
        (
            "update automation.workflow_template_tasks set deadline_days = 1",
            "workflow_template_tasks_version_state",
        ),
        ("delete from automation.workflow_template_tasks", "workflow_template_tasks_version_state"),
    ] {
        refused(&owner, sql, constraint).await;
    }
    done(&app, START).await;
    done(
        &app,
        "insert into automation.workflow_template_versions (id, template_id, number) values (#16, #10, 2)",
    )
    .await;
    let second = PUBLISH.replace("#11", "#16");
    refused(&app, &second, "workflow_template_versions_published_key").await;
    done(
        &app,
        "update automation.workflow_template_versions set status = 'retired' where id = #11",
    )
    .await;
    done(&app, &second).await;
    // What runs keeps the version it was started from.
    refused(
        &app,
        "update automation.workflow_packages set template_version_id = #16",
        "workflow_packages_template_version_id_once",
    )
    .await;
}

#[tokio::test]
async fn phases_wait_for_each_other_in_no_circle_and_change_places() {
    let (_database, app) = platform(WORKFLOW).await;
    let wait = |phase: &str, other: &str| {
        format!(
            "insert into automation.workflow_phase_dependencies (phase_id, depends_on_id, template_version_id)
             values ({phase}, {other}, #11)"
        )
    };
    done(&app, &wait("#13", "#12")).await;

    refused(&app, &wait("#12", "#13"), "workflow_phase_dependencies_depends_on_acyclic").await;
    refused(&app, &wait("#12", "#12"), "workflow_phase_dependencies_depends_on_acyclic").await;
    done(&app, "update automation.workflow_template_phases set position = 3 - position").await;
    done(&app, "insert into automation.workflow_template_versions (id, template_id, number) values (#16, #10, 2)").await;
    done(
        &app,
        "insert into automation.workflow_template_phases (id, template_version_id, position, code, name)
         values (#17, #16, 1, 'survey', #t)",
    )
    .await;
    // Both ends are of one version.
    refused(
        &app,
        &wait("#17", "#12").replace("#11", "#16"),
        "workflow_phase_dependencies_depends_on_id_fkey",
    )
    .await;
}

#[tokio::test]
async fn every_step_of_a_workflow_is_allowed_and_logged() {
    let (database, app) = platform(WORKFLOW).await;
    done(&app, PUBLISH).await;
    done(&app, START).await;

    let set = |what: &str| format!("update automation.workflow_packages set {what}");
    refused(
        &app,
        &set("status = 'done', started_at = now(), ended_at = now()"),
        "workflow_packages_status_transition",
    )
    .await;
    refused(&app, &set("status = 'active'"), "workflow_packages_started_whole").await;
    done(
        &app,
        &set("status = 'active', started_at = now(), updated_by = #1, status_trigger = 'event'"),
    )
    .await;
    refused(&app, &set("status = 'blocked'"), "workflow_packages_blocked_whole").await;
    done(&app, &set("status = 'done', ended_at = now(), status_trigger = 'rule'")).await;
    refused(&app, &set("status = 'active'"), "workflow_packages_status_transition").await;

    let log =
        "select concat_ws(' ', from_status, to_status, trigger, right(actor_contact_id::text, 1))
        from automation.workflow_transition_log order by created_at, from_status nulls first";
    assert_eq!(
        values::<String>(&app, log).await,
        ["pending manual", "pending active event 1", "active done rule 1"]
    );
    refused(&app, "insert into automation.workflow_transition_log default values", "").await;
    refused(&database.owner().await, "delete from automation.workflow_transition_log", "").await;
    // A won quote starts one workflow.
    refused(&app, &START.replace("#20", "#21"), "workflow_packages_quote_ref_key").await;
}

#[tokio::test]
async fn a_task_is_done_when_its_list_is_ticked_off() {
    let (_database, app) = platform(
        "insert into automation.checklists (id, code, name) values (#30, 'visit', #t);
         insert into automation.checklist_items (id, checklist_id, position, text, is_required)
         values (#31, #30, 1, #t, true), (#32, #30, 2, #t, false);
         insert into automation.workflow_tasks (id, title, checklist_id) values (#33, #t, #30)",
    )
    .await;
    let finish = "update automation.workflow_tasks set status = 'done', ended_at = now()";

    refused(&app, finish, "workflow_tasks_checklist_done").await;
    refused(
        &app,
        "update automation.workflow_tasks set status = 'skipped', ended_at = now()",
        "workflow_tasks_skipped_whole",
    )
    .await;
    done(
        &app,
        "insert into automation.task_checklist_results (task_id, item_id) values (#33, #31)",
    )
    .await;
    done(&app, finish).await;
    let log = "select count(*) from automation.workflow_transition_log where subject_kind = 'task'";
    assert_eq!(value::<i64>(&app, log).await, 2);
}

#[tokio::test]
async fn an_answered_form_keeps_its_questions_and_answers() {
    let (_database, app) = platform(
        "insert into automation.forms (id, code, name) values (#40, 'intake', #t);
         insert into automation.field_definitions (id, key, label, type) values (#41, 'area', #t, 'number');
         insert into automation.form_versions (id, form_id, number) values (#42, #40, 1);
         insert into automation.form_sections (id, form_version_id, position, title) values (#43, #42, 1, #t);
         insert into automation.form_fields (form_version_id, section_id, field_id, position) values (#42, #43, #41, 1)",
    )
    .await;
    let submit = "insert into automation.form_submissions (id, form_version_id, answers) values (#44, #42, '{\"area\": 1}')";
    refused(&app, submit, "form_submissions_form_version_state").await;
    done(&app, "update automation.form_versions set status = 'published', published_at = now()")
        .await;
    refused(
        &app,
        "update automation.form_fields set is_required = true",
        "form_fields_form_version_state",
    )
    .await;
    refused(
        &app,
        "update automation.form_sections set position = 2",
        "form_sections_form_version_state",
    )
    .await;
    done(&app, submit).await;
    done(&app, "update automation.form_submissions set status = 'submitted', submitted_at = now()")
        .await;

    let set = |what: &str| format!("update automation.form_submissions set {what}");
    refused(&app, &set("answers = '{}'"), "form_submissions_frozen").await;
    refused(&app, &set("status = 'draft'"), "form_submissions_status_transition").await;
    refused(&app, &set("status = 'returned'"), "form_submissions_returned_whole").await;
    done(&app, &set("status = 'returned', return_reason = 'no plan'")).await;
    done(&app, &set("answers = '{\"area\": 2}', status = 'submitted', submitted_at = now()")).await;
    done(&app, &set("status = 'accepted', reviewed_by = null, reviewed_at = now()")).await;
    refused(&app, &set("answers = '{}'"), "form_submissions_frozen").await;
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_while_something_holds_them() {
    let add = |id: &str| {
        format!(
            "insert into storage.files (id, content_hash, size_bytes, media_type, original_name, storage_key)
             values ({id}, sha256('a'), 1, 'text/plain', 'a.txt', {id}::text)"
        )
    };
    let (_database, app) = platform(&add("#50")).await;
    refused(&app, &add("#51"), "files_content_hash_key").await;
    done(&app, "update storage.files set status = 'stored', stored_at = now(), scan_status = 'clean', scanned_at = now()").await;
    refused(&app, "update storage.files set size_bytes = 2", "files_frozen").await;
    refused(&app, "update storage.files set scan_status = 'infected'", "files_infected_kept").await;
    done(
        &app,
        "insert into storage.file_collections (id, name) values (#52, #t), (#53, #t);
         update storage.file_collections set parent_id = #52 where id = #53;
         insert into storage.file_members (id, collection_id, slot, title) values (#54, #53, 'plan', #t);
         insert into storage.file_links (file_id, subject_domain, subject_type, subject_id) values (#50, 'projects', 'project', #99)",
    )
    .await;
    let version = |number: u8| {
        format!(
            "insert into storage.file_versions (member_id, number, file_id) values (#54, {number}, #50)"
        )
    };
    let purge = "update storage.files set status = 'purged', purged_at = now()";

    refused(
        &app,
        "update storage.file_collections set parent_id = #53 where id = #52",
        "file_collections_parent_acyclic",
    )
    .await;
    refused(&app, &version(2), "file_versions_number_next").await;
    done(&app, &version(1)).await;
    refused(&app, &version(1), "file_versions_number_next").await;
    refused(&app, "update storage.file_versions set number = 2", "").await;
    refused(&app, purge, "files_purge_unused").await;
    done(&app, "update storage.file_links set deleted_at = now()").await;
    refused(&app, purge, "files_purge_unused").await;
    done(&app, "update storage.file_members set deleted_at = now()").await;
    done(&app, purge).await;
    refused(&app, "update storage.file_links set deleted_at = null", "file_links_file_kept").await;
    refused(
        &app,
        "update storage.files set status = 'stored', purged_at = null",
        "files_status_transition",
    )
    .await;
    done(&app, &add("#51")).await;
}

#[tokio::test]
async fn one_of_the_offered_slots_is_taken_once_and_in_time() {
    let (_database, app) =
        platform("insert into party.contacts (id, last_name) values (#1, 'Byron')").await;
    let propose = |id: &str, slots: &str, hours: i8| {
        format!(
            "insert into scheduling.appointment_proposals (id, subject_domain, subject_type, subject_id, contact_id, type,
               proposed_slots, portal_token_hash, created_at, expires_at)
             values ({id}, 'projects', 'project', #99, #1, 'site_visit', '{slots}', sha256({id}), now() - interval '9 hours',
               now() + interval '{hours} hours')"
        )
    };
    const SLOT: &str =
        r#"{"at": "2027-01-04T09:00:00Z", "minutes": 60, "location": "onsite", "address": "a"}"#;
    for slots in [
        "[]".to_owned(),
        "{}".to_owned(),
        "[1]".to_owned(),
        format!("[{}]", SLOT.replace("60", "0")),
        format!("[{}]", SLOT.replace("60", "\"60\"")),
        format!("[{}]", SLOT.replace("onsite", "moon")),
        format!("[{}]", SLOT.replace("\"at\"", "\"on\"")),
        format!("[{}]", [SLOT; 21].join(",")),
    ] {
        refused(&app, &propose("#60", &slots, 1), "appointment_proposals_proposed_slots_shape")
            .await;
    }
    done(&app, &propose("#60", &format!("[{SLOT},{SLOT}]"), 1)).await;
    done(&app, &propose("#61", &format!("[{SLOT}]"), -1)).await;

    let take = |id: &str, slot: u8| {
        format!(
            "update scheduling.appointment_proposals set status = 'accepted', accepted_slot_index = {slot}, answered_at = now()
             where id = {id}"
        )
    };
    refused(&app, &take("#60", 2), "appointment_proposals_accepted_proposed").await;
    refused(&app, &take("#61", 0), "appointment_proposals_answered_in_time").await;
    refused(
        &app,
        "update scheduling.appointment_proposals set status = 'accepted', answered_at = now() where id = #60",
        "appointment_proposals_accepted_whole",
    )
    .await;
    done(&app, &take("#60", 1)).await;
    refused(&app, &take("#60", 0), "appointment_proposals_frozen").await;
    refused(
        &app,
        "update scheduling.appointment_proposals set status = 'declined', accepted_slot_index = null where id = #60",
        "appointment_proposals_frozen",
    )
    .await;
}

#[tokio::test]
async fn nobody_holds_two_confirmed_appointments_at_once() {
    let (_database, app) =
        platform("insert into party.contacts (id, last_name) values (#1, 'Byron')").await;
    let meet = |status: &str, from: &str, to: &str| {
        format!(
            "insert into scheduling.appointments (type, title, starts_at, ends_at, location, organizer_contact_id, status)
             values ('call', #t, '2027-01-04 {from}Z', '2027-01-04 {to}Z', 'phone', #1, '{status}')"
        )
    };
    done(&app, &meet("confirmed", "09:00", "10:00")).await;

    refused(&app, &meet("confirmed", "09:59", "11:00"), "appointments_organizer_free").await;
    refused(&app, &meet("completed", "12:00", "13:00"), "appointments_status_transition").await;
    refused(&app, &meet("proposed", "10:00", "10:00"), "appointments_ends_order").await;
    done(&app, &meet("proposed", "09:30", "10:30")).await;
    done(&app, &meet("confirmed", "10:00", "11:00")).await;
    let count =
        filled("select count(*) from scheduling.appointments where organizer_contact_id = #1");
    assert_eq!(value::<i64>(&app, &count).await, 3);
}
