use serde::Deserialize;
use serde_json::json;

use super::read;
use crate::*;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    note: Patch<Line<5>>,
    #[serde(default)]
    name: Change<Line<5>>,
}

#[test]
fn a_limit_is_from_1_to_200_and_50_by_default() {
    assert_eq!(Limit::default().get(), 50);
    for (text, number) in [("1", 1), ("200", 200), ("007", 7)] {
        assert_eq!(text.parse::<Limit>().unwrap().get(), number);
    }
    assert_eq!("200".parse::<Limit>().unwrap().with_next(), 201);
    for text in ["0", "201", "256", "257", "-1", "+1", "1.0", "1e1", " 1", "", "ten", "٣"] {
        let refused = text.parse::<Limit>().unwrap_err();
        assert_eq!(refused.rule(), "must be a whole number from 1 to 200", "{text:?}");
    }
}

#[test]
fn the_last_page_says_so() {
    let page = Page { data: vec![1, 2], next_cursor: None };
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        json!({ "data": [1, 2], "next_cursor": null })
    );

    let page = Page { data: vec![1], next_cursor: Some("abc".to_owned()) };
    assert_eq!(serde_json::to_value(&page).unwrap(), json!({ "data": [1], "next_cursor": "abc" }));
}

#[test]
fn a_patch_tells_absent_from_null() {
    let value: Line<5> = "x".parse().unwrap();

    assert_eq!(read::<Input>("{}").unwrap().note, Patch::Absent);
    assert_eq!(read::<Input>(r#"{"note": null}"#).unwrap().note, Patch::Null);
    assert_eq!(read::<Input>(r#"{"note": "x"}"#).unwrap().note, Patch::Value(value));
    assert_eq!(read::<Input>(r#"{"note": "123456"}"#).unwrap_err(), "must be at most 5 characters");
}

#[test]
fn a_patch_says_whether_and_what_it_changes() {
    let cases =
        [(Patch::Absent, false, None), (Patch::Null, true, None), (Patch::Value(1), true, Some(1))];
    for (patch, present, value) in cases {
        assert_eq!((patch.is_present(), patch.as_value()), (present, value.as_ref()));
    }
}

#[test]
fn a_field_that_cannot_be_cleared_refuses_null() {
    assert_eq!(read::<Input>("{}").unwrap().name, Change(None));
    assert_eq!(read::<Input>(r#"{"name": "x"}"#).unwrap().name, Change("x".parse().ok()));
    let refused = read::<Input>(r#"{"name": null}"#).unwrap_err();
    assert_eq!(refused, "must not be null; leave the key out to keep the value");
}

#[test]
fn moments_and_days_are_written_as_rfc_3339() {
    let moment: Timestamp = read(r#""2026-11-21T10:30:00+01:00""#).unwrap();
    let day: Date = read(r#""2026-11-21""#).unwrap();

    assert_eq!(serde_json::to_value(moment).unwrap(), "2026-11-21T09:30:00Z");
    assert_eq!(serde_json::to_value(day).unwrap(), "2026-11-21");
}
