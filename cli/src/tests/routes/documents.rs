//! The texts themselves.
use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::samples::{ID, JOBS, SAMPLES};
use crate::routes::{files, is_known};

fn text(path: &str) -> String {
    files(SAMPLES, JOBS).remove(Path::new(path)).unwrap()
}

fn openapi() -> Value {
    serde_json::from_str(&text("openapi.json")).unwrap()
}

/// The references of a parameter list by their last part, other parameters by their name.
fn names(parameters: &Value) -> Vec<&str> {
    let parameters = parameters.as_array().unwrap().iter();
    parameters
        .map(|it| {
            let reference = it["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            reference.or_else(|| it["name"].as_str()).unwrap()
        })
        .collect()
}

#[test]
fn a_binary_serves_the_constant_of_its_route() {
    assert_eq!(
        text("functions/content/src/bin/content-find-sample.rs"),
        "//! Written by `cargo aruuri routes write`; do not edit.\n\
         fn main() -> api::Exit {\n    api::serve(&content::samples::find::ROUTE)\n}\n"
    );
}

#[test]
fn a_job_is_started_by_the_clock_and_by_no_request() {
    let function = function("ContentSweepSamplesFunction");

    assert_eq!(
        text("functions/content/src/bin/content-sweep-samples.rs"),
        "//! Written by `cargo aruuri routes write`; do not edit.\n\
         fn main() -> api::Exit {\n    api::run(&content::jobs::sweep::JOB)\n}\n"
    );
    assert!(
        function.contains("Clock: {Type: Schedule, Properties: {Schedule: \"rate(5 minutes)\"}}")
    );
    assert!(function.contains("Role: !GetAtt ContentWriteRole.Arn"));
    assert!(!function.contains("HttpApi") && !function.contains("JWT"));
    assert!(!text("openapi.json").contains("content-sweep-samples"));
    assert!(text("docs/routes.md").contains(
        "| `content-sweep-samples` | `rate(5 minutes)` | content, write | Sweeps samples. |"
    ));
}

#[test]
fn the_router_of_cargo_lambda_knows_each_method_and_no_default() {
    let text = text("CargoLambda.toml");

    assert!(text.contains("[watch.router]\n"));
    assert!(text.contains(
        "\"/v1/content/samples\" = [\n    \
         { method = \"GET\", function = \"content-list-samples\" },\n    \
         { method = \"POST\", function = \"content-create-sample\" },\n]\n"
    ));
    assert!(!text.contains("$default"));
}

/// The lines of one function in the template of its domain.
fn function(id: &str) -> String {
    let templates = ["platform", "content"].map(|domain| text(&format!("templates/{domain}.yaml")));
    let start = format!("\n  {id}:\n");
    let text = templates.iter().find_map(|text| Some(text.split_once(&start)?.1)).unwrap();
    text.lines()
        .take_while(|line| line.starts_with("    "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn what_takes_events_is_started_by_their_topics_and_may_put_dead_letters() {
    let function = function("ContentTakeEventsFunction");
    let text = text("templates/content.yaml");

    assert!(function.contains("Type: EventBridgeRule"));
    assert!(function.contains("EventBusName: !Ref EventBus"));
    assert!(function.contains("projects.project.changed.v1"), "{function}");
    assert!(function.contains("DeadLetterConfig: {Arn: !GetAtt ContentDeadLetters.Arn}"));
    assert!(
        function.contains("OnFailure: {Type: SQS, Destination: !GetAtt ContentDeadLetters.Arn}")
    );
    assert!(function.contains("Role: !GetAtt ContentTakeRole.Arn"));
    assert!(text.contains("\"aws:SourceArn\": !GetAtt ContentTakeEventsFunctionBus.Arn"));
    assert_eq!(text.matches("sqs:SendMessage").count(), 2, "one role and one queue");
}

#[test]
fn only_what_hands_events_over_may_put_them_on_the_bus() {
    let function = function("ContentRelayEventsFunction");
    let text = text("templates/content.yaml");

    assert!(function.contains("ARUURI_EVENT_BUS: !Ref EventBus"));
    assert!(function.contains("Role: !GetAtt ContentRelayRole.Arn"));
    assert_eq!(text.matches("Role: !GetAtt ContentRelayRole.Arn").count(), 1);
    assert_eq!(text.matches("events:PutEvents").count(), 1);
    assert!(text.contains(":event-bus/${EventBus}\""));
}

#[test]
fn a_reading_function_is_given_the_reading_role_twice_and_never_the_writing_one() {
    let function = function("ContentFindSampleFunction");

    assert!(function.contains("ARUURI_CONTENT_DATABASE_URL_READ: !Ref ContentReadUrl"));
    assert!(function.contains("ARUURI_CONTENT_DATABASE_URL_POOLED: !Ref ContentPooledReadUrl"));
    assert!(function.contains("Role: !GetAtt ContentReadRole.Arn"));
    assert!(!function.contains("ContentPooledUrl"));
    assert!(!function.contains("CURSOR_KEY"));
}

#[test]
fn a_writing_function_is_given_the_writing_role_and_no_other() {
    let function = function("ContentCreateSampleFunction");

    assert!(function.contains("ARUURI_CONTENT_DATABASE_URL_POOLED: !Ref ContentPooledUrl"));
    assert!(function.contains("Role: !GetAtt ContentWriteRole.Arn"));
    assert!(!function.contains("_READ"));
}

#[test]
fn a_public_function_without_a_database_is_given_neither_urls_nor_keys() {
    let function = function("PlatformLiveFunction");

    assert!(!function.contains("DATABASE") && !function.contains("JWT"));
    assert!(!function.contains("SSL_CERT_FILE"));
    assert!(function.contains("ARUURI_VERSION: !Ref Version"));
}

/// What the root says of one path.
fn path(path: &str) -> String {
    let text = text("template.yaml");
    let (_, rest) = text.split_once(&format!("\n          \"{path}\":\n")).unwrap();
    rest.lines().take_while(|line| line.starts_with("            ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_fallback_takes_every_method_and_path() {
    let path = path("$default");

    assert!(path.contains("x-amazon-apigateway-any-method:\n              isDefaultRoute: true"));
    assert!(path.contains("aruuri-${Stage}-platform-fallback/invocations"));
}

#[test]
fn the_api_leads_each_method_of_a_path_to_its_function_with_the_role_of_its_domain() {
    let path = path("/v1/content/samples/{id}");

    for (method, name) in [("get", "find"), ("patch", "update"), ("delete", "delete")] {
        let (_, operation) = path.split_once(&format!("            {method}:\n")).unwrap();
        let operation = operation.split_once("invocations").unwrap().0;
        assert!(operation.contains("credentials: !GetAtt Content.Outputs.ApiRoleArn"), "{method}");
        assert!(operation.ends_with(&format!("-content-{name}-sample/")), "{operation}");
        assert!(operation.contains("parameters: [{name: id, in: path, required: true}]"));
    }
    assert!(text("templates/content.yaml").contains(":function:aruuri-${Stage}-content-*\""));
}

/// The names of a section's members.
fn members<'a>(text: &'a str, section: &str) -> BTreeSet<&'a str> {
    let (_, rest) = text.split_once(&format!("\n{section}:\n")).unwrap();
    rest.lines()
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))
        .collect()
}

#[test]
fn everything_that_a_template_refers_to_is_in_it() {
    for (path, text) in files(SAMPLES, JOBS) {
        if path.extension().is_none_or(|it| it != "yaml") {
            continue;
        }
        let defined: BTreeSet<&str> =
            members(&text, "Parameters").union(&members(&text, "Resources")).copied().collect();
        let after = |mark: &'static str| {
            text.split(mark).skip(1).filter_map(|rest| {
                rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next()
            })
        };

        // `AWS::NoValue` and its like are CloudFormation's own.
        for id in after("!Ref ").chain(after("!GetAtt ")).filter(|id| *id != "AWS") {
            // So the transform calls the rule of a function's event.
            let id = if id.ends_with("FunctionBus") { id.trim_end_matches("Bus") } else { id };
            assert!(defined.contains(id), "{}: {id}", path.display());
        }
        assert!(!text.contains("#{"), "{}", path.display());
    }
}

#[test]
fn the_root_hands_each_domain_the_parameters_that_it_declares() {
    let root = text("template.yaml");
    for domain in ["platform", "content"] {
        let child = text(&format!("templates/{domain}.yaml"));
        let location = format!("Location: templates/{domain}.yaml\n      Parameters:\n");
        let (_, handed) = root.split_once(&location).unwrap();
        let handed: BTreeSet<&str> = handed
            .lines()
            .map_while(|line| line.strip_prefix("        ")?.split_once(": !Ref "))
            .map(|(name, value)| {
                assert_eq!(name, value);
                name
            })
            .collect();

        assert_eq!(handed, members(&child, "Parameters"));
        assert!(handed.contains("Stage") && handed.contains("Architecture"));
    }
    let child = text("templates/content.yaml");
    assert!(child.contains("  ContentPooledUrl:\n    Type: String\n    NoEcho: true\n"));
    assert!(child.contains("  LogRetentionDays:\n    Type: Number\n"));
    assert!(!child.contains("TotpKeys") && !child.contains("DirectUrl"));
}

#[test]
fn every_variable_of_a_function_is_explained() {
    for variable in SAMPLES.iter().flat_map(|route| gateway::variables(*route)) {
        assert!(is_known(&variable), "{variable}");
    }
    let text = text("docs/environment.md");
    assert!(text.contains("| `ARUURI_CURSOR_KEY` |"));
    assert!(text.contains("| those of content that read |"));
    assert!(text.contains("| `ARUURI_FINANCE_DATABASE_URL` |"));
}

#[test]
fn the_page_of_routes_keeps_its_columns() {
    let text = text("docs/routes.md");

    assert!(text.contains("| any | `$default` | `platform-fallback` | public | none |"));
    assert!(text.contains("`content-find-sample` | public, signed in | read |"));
    assert!(text.contains("\"all\" of them \\| a page"));
}

#[test]
fn an_event_holds_the_example_and_a_placeholder_for_the_token() {
    let event: Value =
        serde_json::from_str(&text("events/content-update-sample/good.json")).unwrap();

    assert_eq!(event["routeKey"], "PATCH /v1/content/samples/{id}");
    assert_eq!(event["rawPath"], format!("/v1/content/samples/{ID}"));
    assert_eq!(event["headers"]["if-match"], "\"1\"");
    assert_eq!(event["headers"]["authorization"], "Bearer {{token:editor}}");
    assert_eq!(event["body"], r#"{"subtitle":null}"#);
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn walk(json: &Value, document: &Value) {
        match json {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|json| walk(json, document));
            }
            Value::Array(items) => items.iter().for_each(|json| walk(json, document)),
            _ => {}
        }
    }
    let document = openapi();

    walk(&document, &document);

    assert!(document["paths"].get("$default").is_none());
}

#[test]
fn a_list_takes_its_page_order_and_filters() {
    let document = openapi();
    let list = &document["paths"]["/v1/content/samples"]["get"];

    assert_eq!(
        names(&list["parameters"]),
        [
            "Limit",
            "Cursor",
            "sort",
            "filter[status][eq]",
            "filter[status][in]",
            "filter[status]",
            "filter[price][is_null]",
            "near",
            "Localize",
            "AcceptLanguage",
            "Consistency",
            "Staleness",
            "RequestId",
        ]
    );
    assert_eq!(list["security"], serde_json::json!([]));
    assert!(list["responses"]["200"]["headers"].get("Link").is_some());
    assert!(list["responses"].get("401").is_none());
}

#[test]
fn a_route_with_a_version_answers_an_etag_and_takes_it_back() {
    let document = openapi();
    let path = &document["paths"]["/v1/content/samples/{id}"];

    assert_eq!(
        names(&path["get"]["parameters"]),
        [
            "id",
            "Localize",
            "AcceptLanguage",
            "IfNoneMatch",
            "Consistency",
            "Staleness",
            "RequestId"
        ]
    );
    assert_eq!(path["get"]["parameters"][0]["schema"]["format"], "uuid");
    assert!(path["get"]["responses"]["304"]["headers"].get("ETag").is_some());
    assert!(names(&path["patch"]["parameters"]).contains(&"IfMatch"));
    assert!(path["patch"]["requestBody"]["content"].get("application/merge-patch+json").is_some());
    assert!(path["delete"]["responses"]["204"].get("content").is_none());
}

#[test]
fn a_route_lists_the_problems_of_what_it_takes() {
    let document = openapi();
    let statuses = |path: &str, method: &str| -> Vec<u16> {
        let responses = document["paths"][path][method]["responses"].as_object().unwrap();
        responses.keys().map(|status| status.parse().unwrap()).collect()
    };
    let create = &document["paths"]["/v1/content/samples"]["post"];
    let examples = |status: &str| -> Vec<&String> {
        let reference = create["responses"][status]["$ref"].as_str().unwrap();
        let response = document.pointer(&reference[1..]).unwrap();
        response["content"]["application/problem+json"]["examples"]
            .as_object()
            .unwrap()
            .keys()
            .collect()
    };

    assert_eq!(
        statuses("/v1/content/samples", "post"),
        [201, 400, 401, 403, 409, 413, 414, 415, 422, 500, 503, 504]
    );
    assert_eq!(
        statuses("/v1/content/samples/{id}", "patch"),
        [200, 400, 401, 403, 404, 412, 413, 414, 415, 422, 428, 500, 503, 504]
    );
    assert_eq!(statuses("/v1/health/live", "get"), [200, 400, 414, 422, 500]);
    assert_eq!(examples("400"), ["idempotency_key_missing", "malformed_request"]);
    assert_eq!(examples("409"), ["conflict", "request_in_progress"]);
    assert_eq!(create["x-permission"], "content.write");
}

#[test]
fn a_body_shows_the_examples_that_work() {
    let document = openapi();
    let body = &document["paths"]["/v1/content/samples"]["post"]["requestBody"];
    let json = &body["content"]["application/json"];

    assert_eq!(json["schema"]["$ref"], "#/components/schemas/NewSamplePost");
    assert_eq!(json["examples"]["good"]["value"]["slug"], "a");
    assert_eq!(json["examples"].as_object().unwrap().len(), 1);
}

#[test]
fn localised_members_are_answered_in_one_language_and_taken_in_all() {
    let document = openapi();
    let schemas = &document["components"]["schemas"];
    let localized = "#/components/schemas/LocalizedText";
    let answered = &schemas["SamplePost"]["properties"];

    assert_eq!(answered["title"]["oneOf"][0]["type"], "string");
    assert_eq!(answered["title"]["oneOf"][1]["$ref"], localized);
    assert_eq!(answered["subtitle"]["anyOf"].as_array().unwrap().len(), 3);
    assert_eq!(schemas["Part"]["properties"]["text"]["$ref"], localized);
    assert_eq!(schemas["NewSamplePost"]["properties"]["title"]["$ref"], localized);
}

#[test]
fn the_function_for_unknown_routes_knows_every_path_and_its_methods() {
    let text = text("functions/platform/src/paths.rs");

    assert!(text.contains(
        "    (\"/v1/content/samples\", &[\"GET\", \"POST\"]),\n    \
         (\"/v1/content/samples/{id}\", &[\"GET\", \"PATCH\", \"DELETE\"]),\n    \
         (\"/v1/health/live\", &[\"GET\"]),\n];\n"
    ));
}
