//! `openapi.json`: the whole HTTP API as an OpenAPI 3.1 document.
mod operation;
mod parts;

use std::collections::BTreeMap;

use api::Route;
use db::Domain;
use serde::Serialize;
use serde_json::{Value, json};

use super::{WRITTEN, is_fallback, schemas::Schemas};

/// In the order in which people read such a document; what is inside is sorted.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Value,
    security: Value,
    paths: Value,
    components: Value,
}

const ABOUT: &str = "\
Projects, money and words of a charity: four domains, each with a database of its own.

Ids are UUIDs; a client may choose the id of what it creates. Times are RFC 3339 in UTC, dates are plain, money is a \
whole number of minor units with its currency. Unknown members and unknown query parameters are refused.

A path that no route takes is answered 404 `no_such_route`, a method that its path does not take 405 \
`method_not_allowed`; every problem is `application/problem+json` (RFC 9457).

Lists are pages: follow `next_cursor`, or the `Link` header, until it is null. Localised text is answered as one string \
in the language of `Accept-Language`, and as an object with every language with `?localize=all`; it is always taken as \
an object.";

/// The whole document; `$default` has no form in it.
pub(crate) fn text(routes: &[&Route]) -> String {
    let mut schemas = Schemas::new();
    let mut refusals = BTreeMap::new();
    let limit = schemas.of::<types::Limit>();
    let mut paths: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for route in routes.iter().filter(|route| !is_fallback(route)) {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = operation::operation(route, &mut schemas, &mut refusals);
        paths.entry(route.path).or_default().insert(method, operation);
    }
    let (mut schemas, _) = schemas.finish();
    schemas.insert("Problem".to_owned(), parts::problem());
    let document = Document {
        openapi: "3.1.0",
        info: sorted(json!({
            "title": "Aruuri",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
            "x-written-by": WRITTEN,
        })),
        servers: sorted(json!([{
            "url": "http://127.0.0.1:9000",
            "description": "`cargo aruuri dev`; a deployed stage is the stack's output ApiUrl.",
        }])),
        tags: sorted(tags(routes)),
        security: json!([{ "bearer": [] }]),
        paths: sorted(json!(paths)),
        components: sorted(json!({
            "schemas": schemas,
            "responses": refusals,
            "parameters": parts::parameters(&limit),
            "headers": parts::headers(),
            "examples": parts::examples(),
            "securitySchemes": parts::security(),
        })),
    };
    serde_json::to_string_pretty(&document).expect("strings, numbers and maps only") + "\n"
}

/// The same text whatever features serde_json was built with.
fn sorted(mut json: Value) -> Value {
    json.sort_all_objects();
    json
}

fn tags(routes: &[&Route]) -> Value {
    let about = |domain| match domain {
        Domain::Platform => "Identity, people, settings, audit.",
        Domain::Projects => "Community and renovation projects, and what funds them.",
        Domain::Finance => "Contributions, the ledger, Gift Aid, trade.",
        Domain::Content => "Posts, pages, media.",
    };
    let used =
        |domain: &Domain| routes.iter().any(|route| route.domain == *domain && !is_fallback(route));
    Domain::ALL
        .into_iter()
        .filter(used)
        .map(|domain| json!({ "name": domain.name(), "description": about(domain) }))
        .collect()
}
