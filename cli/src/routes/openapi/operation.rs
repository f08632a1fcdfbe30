//! One route as an OpenAPI operation.
use std::collections::BTreeMap;

use api::{Allow, Code, Example, Filter, Idempotency, List, Method, Route};
use db::Access;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::{path_parameters, problems, schemas::Schemas};

/// The operation; what it shares with others is collected in `schemas` and `refusals`.
pub(super) fn operation(
    route: &Route,
    schemas: &mut Schemas,
    refusals: &mut BTreeMap<String, Value>,
) -> Value {
    let reply = schemas.reply(route);
    let versioned = reply.as_ref().is_some_and(|reply| schemas.has_version(reply));
    let mut operation = json!({
        "operationId": route.name,
        "tags": [route.domain.name()],
        "summary": route.summary,
        "parameters": parameters(route, versioned),
        "responses": responses(route, reply, versioned, refusals),
    });
    if let Some(schema) = schemas.body(route) {
        operation["requestBody"] = body(route, schema);
    }
    match route.allow {
        Allow::Public => operation["security"] = json!([]),
        Allow::Anyone => operation["security"] = json!([{}, { "bearer": [] }]),
        Allow::Permission(permission) => operation["x-permission"] = json!(permission),
        Allow::SignedIn | Allow::AnyToken | Allow::Nobody => {}
    }
    operation
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn parameters(route: &Route, versioned: bool) -> Vec<Value> {
    let good = route.examples.iter().find(|example| example.status < 400);
    let path = path_parameters(route.path).enumerate();
    let mut parameters: Vec<Value> = path
        .map(|(place, name)| in_path(name, good.and_then(|example| example.path.get(place))))
        .collect();
    parameters.extend(route.list.into_iter().flat_map(list));
    parameters.extend(route.query.iter().map(|query| {
        json!({ "name": query.name, "in": "query", "description": query.about, "schema": { "type": "string" } })
    }));
    let get = route.method == Method::GET;
    let shared = [
        (route.localized, "Localize"),
        (route.localized, "AcceptLanguage"),
        (route.if_match, "IfMatch"),
        (versioned && get, "IfNoneMatch"),
        (route.idempotency == Idempotency::Accepted, "IdempotencyKey"),
        (route.idempotency == Idempotency::Required, "IdempotencyKeyRequired"),
        (route.access == Access::Read, "Consistency"),
        (route.access == Access::Read, "Staleness"),
        (true, "RequestId"),
    ];
    let shared = shared.into_iter().filter(|(holds, _)| *holds);
    parameters.extend(shared.map(|(_, name)| reference("parameters", name)));
    parameters
}

/// An id if the example's value is one.
fn in_path(name: &str, example: Option<&&str>) -> Value {
    let mut schema = json!({ "type": "string", "minLength": 1 });
    if example.is_some_and(|value| Uuid::try_parse(value).is_ok()) {
        schema = json!({ "type": "string", "format": "uuid" });
    }
    let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
    if let Some(value) = example {
        parameter["example"] = json!(value);
    }
    parameter
}

fn list(list: &List) -> Vec<Value> {
    let sort = json!({
        "name": "sort",
        "in": "query",
        "description": "The order; `-` is descending.",
        "schema": { "type": "string", "enum": list.sorts, "default": list.sorts.first() },
    });
    let mut parameters =
        vec![reference("parameters", "Limit"), reference("parameters", "Cursor"), sort];
    for filter in list.filters {
        parameters.extend(filter.ops.iter().map(|op| filtered(filter, op)));
        if filter.ops.contains(&"eq") {
            let (name, long) =
                (format!("filter[{}]", filter.field), format!("filter[{}][eq]", filter.field));
            let about = format!("Short for `{long}`.");
            let schema = json!({ "type": "string" });
            parameters.push(
                json!({ "name": name, "in": "query", "description": about, "schema": schema }),
            );
        }
    }
    parameters
}

fn filtered(filter: &Filter, op: &str) -> Value {
    let text = json!({ "type": "string" });
    let (how, schema) = match op {
        "eq" => ("Equal", text),
        "ne" => ("Not equal", text),
        "lt" => ("Less than, or before", text),
        "lte" => ("At most, or not after", text),
        "gt" => ("More than, or after", text),
        "gte" => ("At least, or not before", text),
        "contains" => ("Contains", text),
        "is_null" => ("true: not there, false: there", json!({ "type": "boolean" })),
        "in" => (
            "Any of these",
            json!({ "type": "array", "items": text, "minItems": 1, "maxItems": 100 }),
        ),
        other => (other, text),
    };
    let mut parameter = json!({
        "name": format!("filter[{}][{op}]", filter.field),
        "in": "query",
        "description": format!("{how}. {}", filter.about),
        "schema": schema,
    });
    if op == "in" {
        parameter["style"] = json!("form");
        parameter["explode"] = json!(false);
    }
    parameter
}

/// The examples that work: those that are refused may break the schema, which is their point.
fn body(route: &Route, schema: Value) -> Value {
    let works = |example: &&Example| example.status < 400 && !example.body.is_empty();
    let examples: Map<String, Value> = route
        .examples
        .iter()
        .filter(works)
        .filter_map(|example| {
            let value: Value = serde_json::from_str(example.body).ok()?;
            Some((example.name.to_owned(), json!({ "value": value })))
        })
        .collect();
    let mut content = json!({ "schema": schema });
    if !examples.is_empty() {
        content["examples"] = Value::Object(examples);
    }
    let mut types = Map::new();
    if route.method == Method::PATCH {
        types.insert("application/merge-patch+json".to_owned(), content.clone());
    }
    types.insert("application/json".to_owned(), content);
    json!({
        "required": true,
        "description": format!("At most {} KiB.", route.body_limit / 1024),
        "content": types,
    })
}

fn responses(
    route: &Route,
    reply: Option<Value>,
    versioned: bool,
    refusals: &mut BTreeMap<String, Value>,
) -> Map<String, Value> {
    let mut responses = Map::new();
    let get = route.method == Method::GET;
    let headers = success_headers(route, versioned);
    let mut success = json!({ "description": description(route.status), "headers": headers });
    if let Some(schema) = reply {
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    responses.insert(route.status.to_string(), success);
    if versioned && get {
        let description = "The version that the caller has is the current one.";
        responses
            .insert("304".to_owned(), json!({ "description": description, "headers": headers }));
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in problems::codes(route) {
        by_status.entry(code.status).or_default().push(code);
    }
    for (status, codes) in by_status {
        // The same refusals in many routes are written once: `409.conflict.request_in_progress`.
        let name = codes.iter().fold(status.to_string(), |name, code| name + "." + code.code);
        responses.insert(status.to_string(), reference("responses", &name));
        refusals.entry(name).or_insert_with(|| refusal(status, &codes));
    }
    responses
}

fn description(status: u16) -> &'static str {
    match status {
        201 => "Created.",
        202 => "Taken; the work is done later.",
        204 => "Done; there is nothing to say.",
        _ => "Done.",
    }
}

fn success_headers(route: &Route, versioned: bool) -> Map<String, Value> {
    let headers = [
        (true, "X-Request-Id"),
        (route.access == Access::Write, "Aruuri-Consistency"),
        (route.access == Access::Read, "Aruuri-Staleness"),
        (versioned, "ETag"),
        (route.status == 201, "Location"),
        (route.list.is_some(), "Link"),
        (route.localized, "Content-Language"),
        (route.idempotency != Idempotency::None, "Idempotency-Replayed"),
    ];
    let headers = headers.into_iter().filter(|(holds, _)| *holds);
    headers.map(|(_, name)| (name.to_owned(), reference("headers", name))).collect()
}

fn refusal(status: u16, codes: &[Code]) -> Value {
    let titles: Vec<&str> = codes.iter().map(|code| code.title).collect();
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.code.to_owned(), reference("examples", code.code))).collect();
    let mut headers = Map::new();
    headers.insert("X-Request-Id".to_owned(), reference("headers", "X-Request-Id"));
    match status {
        401 | 403 => {
            headers.insert("WWW-Authenticate".to_owned(), reference("headers", "WWW-Authenticate"));
        }
        503 | 504 => {
            headers.insert("Retry-After".to_owned(), reference("headers", "Retry-After"));
        }
        _ => {}
    }
    json!({
        "description": format!("{}.", titles.join("; ")),
        "headers": headers,
        "content": {
            "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "examples": examples,
            },
        },
    })
}
