//! What all operations share: the problem, parameters, headers, and how to say who calls.
use api::problem::{CODES, Entry};
use serde_json::{Map, Value, json};

/// A request id in examples.
const REQUEST_ID: &str = "01980a5c-7d1e-7c3a-9f60-2b8f3a6d1c42";

/// RFC 9457, with a code to switch on and the places in the request that are wrong.
pub(super) fn problem() -> Value {
    let codes: Vec<&str> = CODES.iter().map(|code| code.code).collect();
    json!({
        "description": "Why a request was not answered as asked (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "urn:aruuri:problem: and the code." },
            "title": { "type": "string", "description": "The same for each problem of this code." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What is special about this one." },
            "instance": { "type": "string", "format": "uri", "description": "Names this one request." },
            "code": { "type": "string", "enum": codes, "description": "What programs switch on." },
            "request_id": { "type": "string", "description": "As in X-Request-Id; in our logs too." },
            "errors": {
                "type": "array",
                "description": "Each thing that is wrong, and where: one of pointer, parameter and header.",
                "items": {
                    "type": "object",
                    "required": ["detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "JSON pointer (RFC 6901) into the body." },
                        "parameter": { "type": "string", "description": "Path or query parameter." },
                        "header": { "type": "string", "description": "Request header." },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}

/// An example for each code of the registry.
pub(super) fn examples() -> Map<String, Value> {
    CODES.iter().map(|code| (code.code.to_owned(), example(code))).collect()
}

fn example(Entry { code, status, title }: &Entry) -> Value {
    let mut value = json!({
        "type": format!("urn:aruuri:problem:{code}"),
        "title": title,
        "status": status,
        "detail": title,
        "instance": format!("urn:aruuri:request:{REQUEST_ID}"),
        "code": code,
        "request_id": REQUEST_ID,
    });
    let fault = match *code {
        "invalid_request" => Some(("pointer", "/name", "must not be blank")),
        "invalid_cursor" => Some(("parameter", "cursor", "is not from this list")),
        "idempotency_key_missing" => Some(("header", "idempotency-key", "is missing")),
        "idempotency_key_reused" => {
            Some(("header", "idempotency-key", "was used for another request"))
        }
        "precondition_required" => Some(("header", "if-match", "is missing")),
        "unsupported_media_type" => Some(("header", "content-type", "must be application/json")),
        _ => None,
    };
    if let Some((kind, place, detail)) = fault {
        value["detail"] = json!(format!("{place} {detail}"));
        value["errors"] = json!([{ kind: place, "detail": detail }]);
    }
    json!({ "summary": title, "value": value })
}

/// Parameters that more than one route takes.
pub(super) fn parameters(limit: &Value) -> Value {
    let query = |name, about, schema: Value| json!({ "name": name, "in": "query", "description": about, "schema": schema });
    let header = |name, about, schema: Value, required: bool| json!({ "name": name, "in": "header", "description": about, "schema": schema, "required": required });
    let text = || json!({ "type": "string" });
    let key = || json!({ "type": "string", "minLength": 1, "maxLength": 255 });
    let once = "Chosen anew for each request and repeated on retries: the work is done once, a repeat gets the first \
                answer. A key with another request is refused.";
    json!({
        "Limit": query("limit", "Items on a page.", limit.clone()),
        "Cursor": query(
            "cursor",
            "`next_cursor` of the page before; belongs to its list, order and filters.",
            text(),
        ),
        "Localize": query(
            "localize",
            "Localised text as an object with every language: for editors.",
            json!({ "type": "string", "enum": ["all"] }),
        ),
        "AcceptLanguage": header("Accept-Language", "The reader's languages; `en` if absent.", text(), false),
        "IfMatch": header(
            "If-Match",
            "The ETag of the version that was read: another version is not changed.",
            text(),
            true,
        ),
        "IfNoneMatch": header("If-None-Match", "An ETag: 304 if it is still the current one.", text(), false),
        "IdempotencyKey": header("Idempotency-Key", once, key(), false),
        "IdempotencyKeyRequired": header("Idempotency-Key", once, key(), true),
        "Consistency": header(
            "Aruuri-Consistency",
            "What a write answered, several separated by commas: the answer includes those writes.",
            text(),
            false,
        ),
        "Staleness": header("Aruuri-Staleness", "Any value: the answer says how old it may be.", text(), false),
        "RequestId": header(
            "X-Request-Id",
            "1 to 64 letters, digits, `-`, `_`, `.`: comes back, in problems and in our logs. Made up if absent or another.",
            text(),
            false,
        ),
    })
}

/// Headers of responses.
pub(super) fn headers() -> Value {
    let header = |about: &str, schema: Value| json!({ "description": about, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "X-Request-Id": header("The id of the request.", text()),
        "Aruuri-Consistency": header("A read that sends it includes this write.", text()),
        "Aruuri-Staleness": header(
            "Seconds: nothing that was committed longer ago is missing. Only if the request asks.",
            json!({ "type": "number", "minimum": 0 }),
        ),
        "ETag": header("The version: for If-Match and If-None-Match.", text()),
        "Location": header("The path of what was created.", json!({ "type": "string", "format": "uri-reference" })),
        "Link": header("`rel=\"next\"` (RFC 8288), if there is a next page.", text()),
        "Content-Language": header("The languages in the answer; absent with `?localize=all`.", text()),
        "Idempotency-Replayed": header(
            "`true` if this is the answer to an earlier request with the same key.",
            json!({ "type": "string", "enum": ["true"] }),
        ),
        "WWW-Authenticate": header("How to say who calls (RFC 6750).", text()),
        "Retry-After": header("Seconds to wait, if it is worth trying again.", json!({ "type": "integer", "minimum": 0 })),
    })
}

/// How to say who calls.
pub(super) fn security() -> Value {
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Signed with ES256. `x-roles` of an operation: the token needs one of them.",
        },
    })
}
