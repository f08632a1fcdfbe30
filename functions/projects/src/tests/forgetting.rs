//! After an erasure no column here holds a word of the person, or to them: proven by looking everywhere.
use db::Domain;
use serde_json::{Value, json};
use testdb::App;

use crate::jobs::take_events;

/// Columns that take words and lose none at an erasure, and why.
const EXCEPT: &[(&str, &[&str])] = &[
    (
        "codes, states and measures",
        &[
            "building.building_calculation_parameters.climate_region",
            "building.building_calculation_parameters.currency",
            "building.building_component_change_logs.field",
            "building.cost_breakdowns.currency",
            "building.renovation_measures.code",
            "building.renovation_measures.currency",
            "building.scenario_measures.currency",
            "building.scenarios.currency",
            "community.funding_sources.currency",
            "community.funding_stages.currency",
            "community.milestones.currency",
            "community.project_phase_history.from_phase",
            "community.project_phase_history.to_phase",
            "community.projects.currency",
            "document.document_activities.from_status",
            "document.document_activities.to_status",
            "funding.funding_application_measures.bonus_codes",
            "funding.funding_application_steps.from_status",
            "funding.funding_application_steps.to_status",
            "funding.funding_applications.combinability_group",
            "funding.funding_applications.currency",
            "funding.funding_program_versions.currency",
        ],
    ),
    (
        "written by staff for everybody: themes, missions, projects, programmes, kinds of documents",
        &[
            "community.funding_stages.name",
            "community.funding_themes.description",
            "community.funding_themes.name",
            "community.funding_themes.slug",
            "community.milestone_evidence.caption",
            "community.milestones.description",
            "community.milestones.rejection_reason",
            "community.milestones.title",
            "community.missions.goal_metrics",
            "community.missions.name",
            "community.missions.slug",
            "community.missions.summary",
            "community.project_parameters.current_values",
            "community.project_parameters.target_values",
            "community.projects.name",
            "community.projects.slug",
            "community.projects.summary",
            "document.document_collections.name",
            "document.document_label_categories.code",
            "document.document_label_categories.name",
            "document.document_labels.code",
            "document.document_labels.color",
            "document.document_labels.name",
            "document.document_priority_rules.parameter",
            "document.document_priority_rules.value",
            "document.document_rejection_reasons.code",
            "document.document_rejection_reasons.text",
            "document.document_review_checklist_items.text",
            "document.document_templates.description",
            "document.document_templates.flow",
            "document.document_templates.key",
            "document.document_templates.name",
            "document.document_templates.notes",
            "funding.funding_program_bonuses.code",
            "funding.funding_program_bonuses.condition",
            "funding.funding_program_bonuses.excludes",
            "funding.funding_program_bonuses.name",
            "funding.funding_program_rates.requirements",
            "funding.funding_program_versions.eligibility",
            "funding.funding_program_versions.source_url",
            "funding.funding_programs.code",
            "funding.funding_programs.country",
            "funding.funding_programs.description",
            "funding.funding_programs.name",
            "funding.funding_programs.provider",
            "funding.funding_programs.region",
            "funding.funding_programs.website",
        ],
    ),
    (
        "of an organisation, which stays",
        &[
            "community.partners.charity_number",
            "community.partners.country",
            "community.partners.name",
            "community.partners.slug",
            "community.partners.summary",
            "community.partners.website",
        ],
    ),
    (
        "of a building, which others own and live in too; who did ends",
        &[
            "building.building_component_change_logs.new_value",
            "building.building_component_change_logs.old_value",
            "building.building_component_change_logs.reason",
            "building.building_component_details.details",
            "building.building_component_details.material",
            "building.building_components.name",
            "building.building_roles.unit_label",
            "building.building_technology.details",
            "building.building_technology.manufacturer",
            "building.building_technology.model",
            "building.buildings.city",
            "building.buildings.country",
            "building.buildings.house_number",
            "building.buildings.name",
            "building.buildings.notes",
            "building.buildings.parcel",
            "building.buildings.postal_code",
            "building.buildings.street",
            "building.cost_breakdowns.note",
            "building.renovation_measures.description",
            "building.renovation_measures.name",
            "building.scenario_measures.current_state",
            "building.scenario_measures.name",
            "building.scenario_measures.target_state",
            "building.scenarios.assumptions",
            "building.scenarios.description",
            "building.scenarios.name",
        ],
    ),
    (
        "what was applied for and decided, which is accounted for",
        &[
            "funding.funding_application_adjustments.reason",
            "funding.funding_application_allocations.note",
            "funding.funding_applications.eligibility_result",
            "funding.funding_applications.provider_reference",
            "funding.funding_applications.rejection_reason",
            "funding.funding_applications.title",
        ],
    ),
];

/// How often the mark is in rows of `$table` of which `$what` is looked at.
fn hits(table: &str, what: &str) -> String {
    format!(
        "(xpath('/row/n/text()', query_to_xml(format(
           'select count(*) as n from %s as t where ({what})::text ~* ''zanzibar''', {table}), false, true, '')))[1]::text::int"
    )
}

/// What starts the job: the twin was merged into the person, and the person erased.
fn told() -> [Value; 2] {
    let id = |end: &str| format!("00000000-0000-4000-8000-0000000000{end}");
    [("platform.contact.merged.v1", "c2", Some("c1")), ("platform.contact.erased.v1", "c1", None)]
        .map(|(topic, of, into)| {
            json!({ "detail-type": topic, "detail": {
                "id": format!("10000000-0000-4000-8000-0000000000{of}"), "aggregate_type": "contact",
                "aggregate_id": id(of), "occurred_at": "2026-11-01T00:00:00Z", "position": 1,
                "payload": { "version": 3, "merged_into": into.map(id) } } })
        })
}

#[tokio::test]
async fn after_an_erasure_no_column_of_any_table_holds_a_word_of_the_person_in_either_order() {
    for order in [[0, 1], [1, 0]] {
        let app = App::new(Domain::Projects).await;
        app.execute(include_str!("forgetting.sql")).await;
        // Noted, as a writer would have: the log loses it too.
        app.execute(
            "update document.document_form_drafts set answers = '{\"name\": \"zanzibar!\"}'",
        )
        .await;
        // What was marked is what can be: a new column that takes words is marked, or excepted with a reason.
        let unmarked = format!(
            "select string_agg(c.oid::regclass || '.' || a.attname, E'\\n')
             from pg_class c
             join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('building', 'community', 'document', 'funding')
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relkind in ('r', 'p')
               and format_type(a.atttypid, null) in ('text', 'jsonb', 'text[]', 'inet', 'projects.localized_text')
               -- A word out of a list says nothing.
               and not exists (
                 select from pg_constraint k
                 where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
                   and pg_get_constraintdef(k.oid) ~ '= ANY \\(+ARRAY')
               and {} = 0",
            hits("c.oid::regclass", "t.' || quote_ident(a.attname) || '")
        );
        let unmarked = app.value(&unmarked).await;
        let mut unmarked: Vec<&str> = unmarked.lines().collect();
        let mut excepted: Vec<&str> =
            EXCEPT.iter().flat_map(|(_, columns)| *columns).copied().collect();
        unmarked.sort_unstable();
        excepted.sort_unstable();
        assert_eq!(unmarked, excepted);

        let told = told();
        for at in order {
            app.take(&take_events::JOB, &told[at]).await.result.unwrap();
        }

        let left = format!(
            "select string_agg(c.oid::regclass::text, ' ')
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and {} > 0",
            hits("c.oid::regclass", "t")
        );
        assert_eq!(app.value(&left).await, "");
        assert_eq!(app.count("projects.verify_audit(1, 100000)").await, 0);
        let others = "(select body from document.document_help_messages
            union all select note from document.document_activities) as w (said) where said = 'of somebody else'";
        assert_eq!(app.count(others).await, 2);
    }
}

#[tokio::test]
async fn only_an_erasure_takes_words_out_of_rows_that_stay() {
    let app = App::new(Domain::Projects).await;
    app.execute(include_str!("forgetting.sql")).await;

    for change in [
        "update document.document_help_messages set body = 'x'",
        "update document.document_activities set note = null",
        "delete from document.document_activities",
        "update document.document_fulfilments set note = null",
        "update document.document_rejection_bundles set message = null",
        "update document.document_rejection_items set note = 'x'",
    ] {
        // An application may say that it forgets: it is not believed.
        let refused = app
            .value(&format!(
                "create temp table refusals (code text);
                 grant insert on refusals to projects_writer;
                 set aruuri.forgetting = 'on';
                 set role projects_writer;
                 do $try$ begin {change}; raise exception 'changed'; exception
                   when insufficient_privilege or check_violation then insert into refusals values (sqlstate); end $try$;
                 reset role;
                 select code from refusals;
                 drop table refusals"
            ))
            .await;
        assert!(["42501", "23514"].contains(&refused.as_str()), "{change}: {refused}");
    }
    // Nor does it choose of whom: nobody is erased here.
    app.execute(
        "set role projects_writer;
         select document.forget_words('{00000000-0000-4000-8000-0000000000c1}')",
    )
    .await;
    let kept = "document.document_help_messages where body = 'zanzibar'";
    assert_eq!(app.count(kept).await, 3);
}

#[tokio::test]
async fn the_owner_is_refused_too_unless_it_forgets() {
    let app = App::empty(Domain::Projects).await;
    let asked = |setting: &str| {
        format!("{setting} set role projects_owner; select projects.is_forgetting()::text")
    };

    assert_eq!(app.value(&asked("")).await, "false");
    assert_eq!(app.value(&asked("set aruuri.forgetting = 'on';")).await, "true");
}
