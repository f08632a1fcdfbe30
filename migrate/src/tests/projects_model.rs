//! What the tables of projects, stages, milestones, buildings and measures refuse.

use tokio_postgres::Client;

use super::cases::{done, filled, refused};
use super::support::{Database, value, values};

/// A draft of 1000 pence (1) and a renovation (2) of a building (3).
const PROJECTS: &str = "
    insert into community.projects (id, slug, name, summary, target_minor, currency) values (#1, 'a', #t, #t, 1000, 'GBP');
    insert into community.projects (id, slug, name, summary, kind) values (#2, 'b', #t, #t, 'renovation');
    insert into building.buildings (id, type, street, postal_code, city) values (#3, 'multi_family', 'a', '1', 'b');
    insert into community.renovation_projects (id, project_id, building_id) values (#4, #2, #3)";

async fn projects(setup: &str) -> (Database, Client) {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    done(&app, PROJECTS).await;
    done(&app, setup).await;
    (database, app)
}

fn stage(id: &str, position: u8, target: u32) -> String {
    format!(
        "insert into community.funding_stages (id, project_id, position, name, target_minor, currency)
         values ({id}, #1, {position}, #t, {target}, 'GBP');"
    )
}

/// Statements as one transaction.
fn together(statements: &[&str]) -> String {
    format!("begin; {}; commit", statements.join(";"))
}

const SUBMIT: &str = "update community.projects set status = 'submitted' where id = #1";

#[tokio::test]
async fn stages_of_a_submitted_project_add_up_to_its_target() {
    let (_database, app) = projects(&stage("#11", 1, 400)).await;
    refused(&app, SUBMIT, "funding_stages_target_total").await;
    done(&app, &stage("#12", 2, 600)).await;
    done(&app, SUBMIT).await;

    let target = |amount: u32| {
        format!("update community.projects set target_minor = {amount} where id = #1")
    };
    let second = "update community.funding_stages set target_minor = 700 where id = #12";
    for sql in [
        target(1001),
        second.to_owned(),
        stage("#13", 3, 1),
        "update community.projects set target_minor = null, currency = null where id = #1"
            .to_owned(),
        "update community.projects set currency = 'EUR' where id = #1".to_owned(),
        "update community.funding_stages set deleted_at = now() where id = #12".to_owned(),
    ] {
        refused(&app, &sql, "funding_stages_target_total").await;
    }
    let elsewhere =
        "update community.funding_stages set project_id = #2, position = 1 where id = #12";
    refused(&app, elsewhere, "funding_stages_project_id_once").await;
    done(&app, &together(&[second, &target(1100)])).await;
    // Without stages there is nothing to add up.
    done(&app, &together(&["update community.funding_stages set deleted_at = now()", &target(5)]))
        .await;
}

#[tokio::test]
async fn two_changes_of_stages_at_once_still_add_up() {
    let (database, one) = projects(&(stage("#11", 1, 400) + &stage("#12", 2, 600))).await;
    done(&one, SUBMIT).await;
    let two = database.app().await;
    for (session, id, change) in [(&one, "#11", "- 100"), (&two, "#12", "+ 100")] {
        let sql = format!(
            "begin; update community.funding_stages set target_minor = target_minor {change} where id = {id}"
        );
        done(session, &sql).await;
    }

    // Each would be right if the other had been there first.
    let (first, second) = tokio::join!(one.batch_execute("commit"), two.batch_execute("commit"));

    assert!(first.is_err() && second.is_err(), "{first:?} {second:?}");
    let total = "select sum(target_minor)::bigint from community.funding_stages";
    assert_eq!(value::<i64>(&one, total).await, 1000);
}

#[tokio::test]
async fn stages_are_numbered_without_gaps_and_open_one_after_the_other() {
    let (_database, app) = projects(&(stage("#11", 1, 400) + &stage("#12", 2, 600))).await;
    let set = |id: &str, what: &str| {
        format!("update community.funding_stages set {what} where id = {id}")
    };

    refused(&app, &stage("#13", 4, 1), "funding_stages_position_gapless").await;
    refused(&app, &stage("#13", 2, 1), "funding_stages_position_key").await;
    done(&app, "update community.funding_stages set position = 3 - position").await;
    done(&app, &set("#11", "status = 'open'")).await;
    refused(&app, &set("#12", "status = 'open'"), "funding_stages_open_key").await;
    done(&app, &set("#12", "status = 'open', is_parallel = true")).await;
    refused(&app, &set("#12", "status = 'released'"), "funding_stages_status_transition").await;
    done(&app, &set("#12", "status = 'funded'")).await;
    refused(&app, &set("#12", "target_minor = 1"), "funding_stages_frozen").await;
    refused(&app, &set("#11", "min_to_release_minor = 401"), "funding_stages_min_to_release_most")
        .await;
    refused(
        &app,
        "insert into community.funding_sources (stage_id, kind, source_ref, amount_minor, currency)
         values (#11, 'contribution', #99, 1, 'EUR')",
        "funding_sources_currency_stage",
    )
    .await;
}

#[tokio::test]
async fn a_milestone_is_approved_by_somebody_else_and_then_stays() {
    let (database, app) = projects(&stage("#11", 1, 400)).await;
    done(
        &app,
        "insert into community.milestones (id, project_id, stage_id, title, release_minor, currency, created_by)
         values (#21, #1, #11, #t, 400, 'GBP', #91);
         insert into community.milestone_evidence (milestone_id, file_ref) values (#21, #31)",
    )
    .await;
    let set = |what: &str| format!("update community.milestones set {what} where id = #21");
    let approve =
        |who: &str| set(&format!("status = 'approved', approved_by = {who}, approved_at = now()"));

    refused(&app, &approve("#93"), "milestones_status_transition").await;
    refused(&app, &set("status = 'submitted'"), "milestones_submitted_whole").await;
    refused(&app, &set("created_by = #95"), "milestones_created_by_once").await;
    done(&app, &set("status = 'submitted', submitted_by = #92, submitted_at = now()")).await;
    for (sql, constraint) in [
        (approve("#92"), "milestones_approval_four_eyes"),
        (approve("#91"), "milestones_approval_four_eyes"),
        (set("submitted_by = #95"), "milestones_frozen"),
        (set("release_minor = 4000"), "milestones_frozen"),
        (set("status = 'approved'"), "milestones_approved_whole"),
        (set("approved_by = #93, approved_at = now()"), "milestones_approved_whole"),
        (set("status = 'rejected'"), "milestones_rejected_whole"),
        (
            "insert into community.milestone_evidence (milestone_id, file_ref) values (#21, #32)"
                .to_owned(),
            "milestone_evidence_milestone_state",
        ),
    ] {
        refused(&app, &sql, constraint).await;
    }
    done(&app, &set("status = 'rejected', rejection_reason = 'no photo'")).await;
    done(&app, &set("status = 'submitted', submitted_by = #93, submitted_at = now()")).await;
    refused(&app, &approve("#93"), "milestones_approval_four_eyes").await;
    done(&app, &approve("#92")).await;
    for (change, constraint) in [
        (
            "status = 'in_progress', approved_by = null, approved_at = null",
            "milestones_status_transition",
        ),
        ("approved_by = #94", "milestones_approved_by_once"),
        ("release_minor = 1", "milestones_frozen"),
        ("deleted_at = now()", "milestones_frozen"),
    ] {
        refused(&app, &set(change), constraint).await;
    }
    refused(&database.owner().await, "delete from community.milestones", "milestones_frozen").await;
    refused(
        &app,
        "insert into community.milestones (project_id, stage_id, title) values (#2, #11, #t)",
        "milestones_stage_id_fkey",
    )
    .await;
}

#[tokio::test]
async fn a_renovation_goes_through_its_phases_and_remembers_them() {
    let (_database, app) = projects("").await;
    let set = |what: &str| format!("update community.projects set {what} where id = #2");

    refused(&app, &set("current_phase = 'execution'"), "projects_current_phase_transition").await;
    refused(
        &app,
        "update community.projects set current_phase = 'first_contact' where id = #1",
        "projects_current_phase_kind",
    )
    .await;
    done(
        &app,
        &set("current_phase = 'first_contact', updated_by = #91, phase_changed_at = '1999-01-01'"),
    )
    .await;
    refused(&app, &set("current_phase = 'concept'"), "projects_current_phase_transition").await;
    refused(&app, &set("current_phase = null"), "projects_current_phase_transition").await;
    refused(&app, &set("kind = 'community'"), "renovation_projects_kind").await;
    done(&app, &set("current_phase = 'consultation', updated_by = #92")).await;

    let history = "select concat_ws(' ', from_phase, to_phase, right(changed_by::text, 2))
        from community.project_phase_history order by changed_at";
    assert_eq!(
        values::<String>(&app, history).await,
        ["first_contact 91", "first_contact consultation 92"]
    );
    let dated =
        "select phase_changed_at > now() - interval '1 hour' from community.projects where id = #2";
    assert!(value::<bool>(&app, &filled(dated)).await);
    refused(
        &app,
        "insert into community.project_phase_history (project_id, to_phase) values (#2, 'closed')",
        "",
    )
    .await;
}

#[tokio::test]
async fn missions_and_partners_of_live_projects_stay() {
    let (_database, app) = projects(
        "insert into community.funding_themes (id, slug, name, description) values (#5, 'a', #t, #t);
         insert into community.missions (id, theme_id, slug, name, summary) values (#6, #5, 'a', #t, #t);
         insert into community.partners (id, slug, name, kind) values (#7, 'a', 'a', 'charity');
         update community.projects set mission_id = #6, partner_id = #7 where id = #1",
    )
    .await;
    let delete = |table: &str| format!("update community.{table} set deleted_at = now()");

    refused(&app, &delete("missions"), "projects_mission_id_fkey").await;
    refused(&app, &delete("partners"), "projects_partner_id_fkey").await;
    refused(&app, &delete("funding_themes"), "missions_theme_id_fkey").await;
    done(&app, &(delete("projects") + " where id = #1")).await;
    done(&app, &delete("missions")).await;
    let restore = "update community.projects set deleted_at = null where id = #1";
    refused(&app, restore, "projects_mission_id_fkey").await;
    refused(
        &app,
        "update community.partners set status = 'suspended'",
        "partners_status_transition",
    )
    .await;
}

#[tokio::test]
async fn one_scenario_is_selected_and_the_project_knows_which() {
    let scenario = |id: &str, number: u8| {
        format!(
            "insert into building.scenarios (id, project_id, scenario_number, name, status) values ({id}, #2, {number}, 'a', 'active');"
        )
    };
    let (_database, app) = projects(&(scenario("#41", 1) + &scenario("#42", 2))).await;
    let set = |id: &str, status: &str| {
        format!("update building.scenarios set status = '{status}' where id = {id}")
    };
    let selected = "select right(selected_scenario_id::text, 2) from community.renovation_projects";

    done(&app, &set("#41", "selected")).await;
    refused(&app, &set("#42", "selected"), "scenarios_selected_key").await;
    done(&app, "update community.renovation_projects set selected_scenario_id = #42").await;
    assert_eq!(value::<Option<String>>(&app, selected).await.as_deref(), Some("41"));
    done(&app, &together(&[&set("#41", "active"), &set("#42", "selected")])).await;
    assert_eq!(value::<Option<String>>(&app, selected).await.as_deref(), Some("42"));
    done(&app, "update building.scenarios set deleted_at = now() where id = #42").await;
    assert_eq!(value::<Option<String>>(&app, selected).await, None);
    refused(
        &app,
        "insert into community.renovation_projects (project_id, building_id) values (#1, #3)",
        "renovation_projects_kind",
    )
    .await;
}

#[tokio::test]
async fn a_measure_is_locked_when_its_execution_begins() {
    let measure = |id: &str, order: u8| {
        format!(
            "insert into building.scenario_measures (id, scenario_id, type, name, execution_order) values ({id}, #41, 'roof', #t, {order});"
        )
    };
    let (_database, app) = projects(
        &("insert into building.scenarios (id, project_id, scenario_number, name) values (#41, #2, 1, 'a'), (#42, #2, 2, 'b');"
            .to_owned()
            + &measure("#51", 1)
            + &measure("#52", 2)),
    )
    .await;
    let wait = |measure: &str, other: &str, scenario: &str| {
        format!(
            "insert into building.scenario_measure_dependencies (measure_id, depends_on_id, scenario_id)
             values ({measure}, {other}, {scenario})"
        )
    };
    done(&app, &wait("#52", "#51", "#41")).await;
    refused(&app, &wait("#51", "#52", "#41"), "scenario_measure_dependencies_depends_on_acyclic")
        .await;
    refused(&app, &wait("#51", "#51", "#41"), "scenario_measure_dependencies_depends_on_acyclic")
        .await;
    refused(&app, &measure("#53", 2), "scenario_measures_order_key").await;
    done(&app, "update building.scenario_measures set execution_order = 3 - execution_order").await;

    let set = |what: &str| format!("update building.scenario_measures set {what} where id = #51");
    refused(&app, &set("status = 'in_progress'"), "scenario_measures_status_transition").await;
    done(
        &app,
        &set("planned_cost_minor = 5, currency = 'EUR', status = 'planned', is_locked = true"),
    )
    .await;
    done(&app, &set("status = 'approved'")).await;
    done(&app, &set("status = 'in_progress', updated_by = #91")).await;
    let lock = "select concat_ws(' ', is_locked, locked_at is not null, right(locked_by::text, 2))
        from building.scenario_measures where id = #51";
    assert_eq!(value::<String>(&app, &filled(lock)).await, "t t 91");
    refused(&app, &set("planned_cost_minor = 6"), "scenario_measures_frozen").await;
    refused(&app, &set("deleted_at = now()"), "scenario_measures_frozen").await;
    done(&app, &set("is_locked = false, locked_at = null, actual_cost_minor = 6")).await;
    assert_eq!(value::<String>(&app, &filled(lock)).await, "t t 91");
}

#[tokio::test]
async fn a_planned_part_takes_the_place_of_one_that_is_there() {
    let part = |id: &str, kind: &str, state: &str, source: &str| {
        format!(
            "insert into building.building_components (id, building_id, project_id, type, state, name, source_component_id)
             values ({id}, #3, #2, '{kind}', '{state}', 'a', {source})"
        )
    };
    let (_database, app) = projects(&part("#61", "wall", "as_is", "null")).await;
    done(&app, &part("#62", "wall", "planned", "#61")).await;

    refused(&app, &part("#63", "roof", "planned", "#61"), "building_components_source_as_is").await;
    refused(&app, &part("#63", "wall", "planned", "#62"), "building_components_source_as_is").await;
    refused(&app, &part("#63", "wall", "executed", "null"), "building_components_state_transition")
        .await;
    refused(
        &app,
        "update building.building_components set project_id = null where id = #62",
        "building_components_source_planned",
    )
    .await;
    refused(
        &app,
        "update building.building_components set u_value = 0.24 where id = #61",
        "building_components_u_value_whole",
    )
    .await;
    refused(
        &app,
        "update building.buildings set deleted_at = now()",
        "building_components_building_id_fkey",
    )
    .await;
}
