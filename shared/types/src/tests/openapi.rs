use schemars::{JsonSchema, SchemaGenerator, schema_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::*;

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

/// The examples of a type's schema, each read by the type.
#[track_caller]
fn examples_are_taken<T: JsonSchema + DeserializeOwned>() {
    let examples = schema::<T>()["examples"].as_array().unwrap().clone();
    assert!(!examples.is_empty());
    for example in examples {
        serde_json::from_value::<T>(example).unwrap();
    }
}

#[test]
fn every_example_is_taken() {
    examples_are_taken::<ProjectId>();
    examples_are_taken::<Currency>();
    examples_are_taken::<Money>();
    examples_are_taken::<Locale>();
    examples_are_taken::<LocalizedText>();
    examples_are_taken::<LocalizedText<1>>();
    examples_are_taken::<Line<3>>();
    examples_are_taken::<Text<3>>();
    examples_are_taken::<Slug>();
    examples_are_taken::<Email>();
}

#[test]
fn money_is_an_object_with_an_integer() {
    let schema = schema::<Money>();

    assert_eq!(schema["properties"]["amount"]["type"], "integer");
    assert_eq!(schema["properties"]["amount"]["maximum"], 9_000_000_000_000_000_i64);
    assert_eq!(schema["properties"]["currency"]["$ref"], "#/$defs/Currency");
    assert_eq!(schema["$defs"]["Currency"]["enum"].as_array().unwrap().len(), 165);
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn shared_types_are_named_once_and_small_ones_written_out() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Project {
        id: ProjectId,
        theme: Option<ThemeId>,
        name: LocalizedText,
        subtitle: LocalizedText<200>,
        target: Money,
        raised: Money,
        reference: Line<20>,
    }

    let schema = schema::<Page<Project>>();

    let mut names: Vec<_> = schema["$defs"].as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(names, ["Currency", "LocalizedText", "LocalizedText200", "Money", "Project"]);
    assert_eq!(schema["title"], "ProjectPage");
    assert_eq!(schema["required"], json!(["data", "next_cursor"]));
    assert_eq!(schema["properties"]["next_cursor"]["type"], json!(["string", "null"]));
    let project = &schema["$defs"]["Project"]["properties"];
    assert_eq!(project["id"]["format"], "uuid");
    assert_eq!(project["theme"]["type"], json!(["string", "null"]));
    assert_eq!(project["target"]["$ref"], project["raised"]["$ref"]);
    assert_eq!(project["reference"]["maxLength"], 20);
}

#[test]
fn a_patch_field_may_be_left_out_or_null() {
    #[derive(serde::Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Input {
        #[serde(default)]
        note: Patch<Line<20>>,
        #[serde(default)]
        amount: Patch<Money>,
    }

    let schema = schema::<Input>();

    assert_eq!(schema.get("required"), None);
    assert_eq!(schema["properties"]["note"]["type"], json!(["string", "null"]));
    assert_eq!(
        schema["properties"]["amount"]["anyOf"],
        json!([{ "$ref": "#/$defs/Money" }, { "type": "null" }])
    );
}

#[test]
fn a_changed_field_may_be_left_out_but_not_null() {
    #[derive(serde::Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Input {
        #[serde(default)]
        note: Change<Line<20>>,
        #[serde(default)]
        amount: Change<Money>,
    }

    let schema = schema::<Input>();

    assert_eq!(schema.get("required"), None);
    assert_eq!(schema["properties"]["note"]["type"], "string");
    assert_eq!(schema["properties"]["amount"], json!({ "$ref": "#/$defs/Money" }));
}

#[test]
fn a_limit_knows_its_range_and_default() {
    let schema = Limit::json_schema(&mut SchemaGenerator::default()).to_value();
    assert_eq!(
        (&schema["minimum"], &schema["maximum"], &schema["default"]),
        (&json!(1), &json!(200), &json!(50))
    );
}
