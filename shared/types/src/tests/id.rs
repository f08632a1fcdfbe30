use std::collections::HashSet;

use super::{read, read_str};
use crate::*;

const TEXT: &str = "01929b1e-7c00-7abc-8def-0123456789ab";

#[test]
fn a_seeded_id_is_the_same_on_every_machine() {
    // Worked out with another implementation: Python's uuid.uuid5, three times.
    assert_eq!(ThemeId::seed("clean-water").to_string(), "34d5b1a0-39db-5ca9-89ba-73c206a5191f");
    assert_eq!(ContactId::seed("").to_string(), "ed93d86b-db1d-5787-8408-aa28cbe5e01c");
    assert_eq!(PostId::seed("ä").to_string(), "7e6d450a-4f24-5f44-809e-ce78a7434848");
}

#[test]
fn the_same_key_of_two_entities_gives_two_ids() {
    assert_ne!(ThemeId::seed("water").uuid(), ProjectId::seed("water").uuid());
}

#[test]
fn new_ids_differ_and_sort_as_they_were_made() {
    let ids: Vec<ProjectId> = (0..1000).map(|_| ProjectId::new()).collect();

    assert!(ids.is_sorted());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1000);
    assert_eq!(ids[0].uuid().get_version_num(), 7);
}

#[test]
fn an_id_is_a_plain_string_in_json() {
    let id: ProjectId = read_str(TEXT).unwrap();

    assert_eq!(serde_json::to_value(id).unwrap(), TEXT);
    assert_eq!(id.to_string(), TEXT);
    assert_eq!(format!("{id:?}"), format!("projects.project:{TEXT}"));
}

#[test]
fn letter_case_does_not_make_another_id() {
    assert_eq!(TEXT.to_uppercase().parse::<ProjectId>(), TEXT.parse());
}

#[test]
fn any_other_spelling_of_a_uuid_is_refused() {
    let simple = TEXT.replace('-', "");
    let spellings = [
        String::new(),
        simple.clone(),
        format!("{{{TEXT}}}"),
        format!("urn:uuid:{TEXT}"),
        format!(" {TEXT}"),
        format!("{TEXT}0"),
        TEXT[1..].to_owned(),
        TEXT.replace('7', "g"),
        // 36 bytes each, with the hyphens elsewhere, a NUL, and letters of two bytes.
        format!("{}----", &simple[..32]),
        TEXT.replace('1', "\0"),
        "ä".repeat(18),
    ];
    for spelling in spellings {
        let refused = spelling.parse::<ProjectId>().unwrap_err();
        assert!(refused.rule().starts_with("must be a UUID such as"), "{spelling:?}: {refused}");
        assert_eq!(read_str::<ProjectId>(&spelling).unwrap_err(), refused.rule());
    }
    assert!(read::<ProjectId>("1").unwrap_err().contains("expected a string"));
}

#[test]
fn entity_names_are_unique_and_carry_their_domain() {
    let names = [
        entity::AuditLog::NAME,
        entity::Contact::NAME,
        entity::Setting::NAME,
        entity::User::NAME,
        entity::Milestone::NAME,
        entity::Mission::NAME,
        entity::Partner::NAME,
        entity::Project::NAME,
        entity::Stage::NAME,
        entity::Theme::NAME,
        entity::Account::NAME,
        entity::Contribution::NAME,
        entity::Contributor::NAME,
        entity::Fund::NAME,
        entity::Journal::NAME,
        entity::Category::NAME,
        entity::Post::NAME,
    ];

    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 17);
    for name in names {
        let (domain, _) = name.split_once('.').unwrap();
        assert!(["platform", "projects", "finance", "content"].contains(&domain), "{name}");
    }
}
