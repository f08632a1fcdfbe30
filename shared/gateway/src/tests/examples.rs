//! From a `ROUTE` to a function and to an event.
use std::path::PathBuf;

use api::{Allow, Example, Route};
use db::{Access, Domain};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    Function, Stamp, example_event, example_path, find_placeholder, token_placeholder, variables,
};

const ROUTE: Route = Route {
    name: "finance-find-refund",
    path: "/v1/finance/contributions/{id}/refunds/{refund}",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Public,
    timeout_s: 7,
    ..Route::DEFAULT
};

const EXAMPLE: Example = Example {
    role: Some("trustee"),
    path: &["a/b ü", "2"],
    query: "fields=id",
    headers: &[("If-None-Match", "\"1\""), ("Content-Type", "text/plain")],
    body: "{}",
    ..Example::DEFAULT
};

#[test]
fn a_function_gets_only_the_variables_that_are_set() {
    let value = |name: &str| name.ends_with("_READ").then(|| "postgres://".to_owned());

    let function = Function::of(&ROUTE, PathBuf::from("/bin/f"), value);

    assert_eq!(function.route_key(), "GET /v1/finance/contributions/{id}/refunds/{refund}");
    assert_eq!(function.timeout.as_secs(), 7);
    let url = ("ARUURI_FINANCE_DATABASE_URL_READ".to_owned(), "postgres://".to_owned());
    assert_eq!(function.env, [url]);
    assert!(!format!("{function:?}").contains("postgres://"), "values are secret");
}

#[test]
fn a_route_with_a_database_gets_a_certificate_and_one_without_does_not() {
    let certificate = "SSL_CERT_FILE".to_owned();

    assert!(variables(&ROUTE).contains(&certificate));
    let health = Route { access: Access::None, ..ROUTE };
    assert!(!variables(&health).contains(&certificate));
}

#[test]
fn an_example_becomes_the_event_that_a_client_would_cause() {
    let stamp = Stamp { request_id: "id".into(), at: Timestamp::UNIX_EPOCH };

    let event: Value =
        serde_json::to_value(example_event(&ROUTE, &EXAMPLE, "secret", &stamp)).unwrap();

    assert_eq!(event["rawPath"], "/v1/finance/contributions/a/b ü/refunds/2");
    assert_eq!(event["pathParameters"], json!({ "id": "a/b ü", "refund": "2" }));
    assert_eq!(event["queryStringParameters"], json!({ "fields": "id" }));
    assert_eq!(event["headers"]["authorization"], "Bearer secret");
    assert_eq!(event["headers"]["content-type"], "text/plain");
    assert_eq!(event["headers"]["if-none-match"], "\"1\"");
    assert_eq!(event["body"], "{}");
    assert_eq!(event["requestContext"]["time"], "01/Jan/1970:00:00:00 +0000");
    assert_eq!(event["requestContext"]["requestId"], "id");
}

#[test]
fn only_what_an_example_has_is_sent() {
    let event = example_event(&ROUTE, &Example::DEFAULT, "secret", &Stamp::now());

    let event = serde_json::to_value(event).unwrap();
    assert_eq!(event["headers"].get("authorization"), None);
    assert_eq!(event["headers"].get("content-type"), None);
    assert_eq!(event.get("body"), None);
}

#[test]
fn the_path_of_an_example_is_encoded_and_default_takes_it_as_it_is() {
    assert_eq!(
        example_path(&ROUTE, &EXAMPLE),
        "/v1/finance/contributions/a%2Fb%20%C3%BC/refunds/2"
    );
    let default = Route { path: "$default", ..ROUTE };
    assert_eq!(example_path(&default, &Example::DEFAULT), "/");
    let example = Example { path: &["/v1/nothing"], ..Example::DEFAULT };
    assert_eq!(example_path(&default, &example), "/v1/nothing");
}

#[test]
fn a_placeholder_names_its_role() {
    let text = format!("Bearer {}, then", token_placeholder("trustee"));

    assert_eq!(find_placeholder(&text), Some(("{{token:trustee}}", "trustee")));
    assert_eq!(find_placeholder("Bearer {{token:"), None);
}
