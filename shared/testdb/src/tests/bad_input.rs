//! What callers send that they should not.
use api::{Allow, Idempotency, Method, Problem, Request, Response, Route};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ContactId, Line, Money};

use crate::{App, Call};

/// A route that takes a body and has no database.
const TAKE: Route = Route {
    name: "content-test-take",
    method: Method::POST,
    path: "/v1/content/things/{id}",
    domain: Domain::Content,
    access: Access::None,
    allow: Allow::Permission("content.write"),
    body_limit: 1_000,
    idempotency: Idempotency::Accepted,
    answer: |req, db| Box::pin(take(req, db)),
    ..Route::DEFAULT
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    name: Line<10>,
    price: Option<Money>,
    parts: Option<Vec<Line<10>>>,
}

async fn take(req: &Request, _: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let Input { name, price, parts } = req.json()?;
    let parts = parts.unwrap_or_default().len();
    Response::json(200, &json!({ "id": id, "name": name, "price": price, "parts": parts }))
}

fn editor() -> Call {
    Call::role("editor").path(ContactId::new())
}

#[tokio::test]
async fn a_body_is_refused_where_it_is_wrong() {
    let app = App::empty(Domain::Content).await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let json = |body: &str| editor().text("application/json", body);
    let cases = [
        (json(r#"{"name":"ok"}"#), 200, "", ""),
        (json(r#"{"name":"ok","parts":["a","b"]}"#), 200, "", ""),
        (editor().text("application/json; charset=utf-8", r#"{"name":"ok"}"#), 200, "", ""),
        (editor().bytes("application/json", br#"{"name":"ok"}"#), 200, "", ""),
        (editor(), 415, "unsupported_media_type", "content-type"),
        (
            editor().text("text/plain", r#"{"name":"ok"}"#),
            415,
            "unsupported_media_type",
            "content-type",
        ),
        (json(""), 400, "malformed_request", ""),
        (json("{"), 400, "malformed_request", ""),
        (json(r#"{"name":"ok"} x"#), 400, "malformed_request", ""),
        (json(&deep), 400, "malformed_request", ""),
        (editor().bytes("application/json", b"{\"name\":\"\xff\"}"), 400, "malformed_request", ""),
        (json(r#"{}"#), 422, "invalid_request", ""),
        (json(r#"{"name":1}"#), 422, "invalid_request", "/name"),
        (json(r#"{"name":"elevenchars"}"#), 422, "invalid_request", "/name"),
        (json(r#"{"name":"a\u0000b"}"#), 422, "invalid_request", "/name"),
        (json(r#"{"name":"a","name":"b"}"#), 422, "invalid_request", ""),
        (json(r#"{"name":"ok","other":1}"#), 422, "invalid_request", "/other"),
        (json(r#"{"name":"ok","parts":["a",2]}"#), 422, "invalid_request", "/parts/1"),
        (
            json(r#"{"name":"ok","price":{"amount":1.5,"currency":"GBP"}}"#),
            422,
            "invalid_request",
            "/price/amount",
        ),
        (json(r#"["name"]"#), 422, "invalid_request", ""),
        (json(&format!("{{\"name\":\"{}\"}}", "x".repeat(989))), 422, "invalid_request", "/name"),
        (json(&format!("{{\"name\":\"{}\"}}", "x".repeat(990))), 413, "body_too_large", ""),
    ];

    for (number, (call, status, code, place)) in cases.into_iter().enumerate() {
        let answer = app.call(&TAKE, call).await;
        let got = (answer.status, answer.code(), answer.place());
        assert_eq!(got, (status, code, place), "case {number}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_path_or_query_is_refused_where_it_is_wrong() {
    let app = App::empty(Domain::Content).await;
    let good = || Call::role("editor").text("application/json", r#"{"name":"ok"}"#);
    let id = ContactId::new();
    let cases = [
        (good().path(id), 200, "", ""),
        (good().path("not-a-uuid"), 404, "not_found", "id"),
        (good().path("%00"), 400, "malformed_request", "id"),
        (good().path("%zz"), 400, "malformed_request", "id"),
        (good().path("%ff"), 400, "malformed_request", "id"),
        (good().path("x".repeat(3_000)), 414, "uri_too_long", ""),
        (good().path(id).query("surprise=1"), 422, "invalid_request", "surprise"),
        (good().path(id).query("a=%ff"), 400, "malformed_request", "a"),
        (good().path(id).query("localize=all"), 422, "invalid_request", "localize"),
        (good().path(id).query("x=".to_owned() + &"y".repeat(9_000)), 414, "uri_too_long", ""),
    ];

    for (number, (call, status, code, place)) in cases.into_iter().enumerate() {
        let answer = app.call(&TAKE, call).await;
        let got = (answer.status, answer.code(), answer.place());
        assert_eq!(got, (status, code, place), "case {number}: {}", answer.body);
    }
}

#[tokio::test]
async fn only_a_good_token_with_the_right_role_gets_in() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let app = App::empty(Domain::Content).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = |name: &str, value: serde_json::Value| {
        let mut claims = json!({
            "iss": stack::ISSUER, "aud": stack::AUDIENCE, "sub": ContactId::new(),
            "roles": ["editor"], "permissions": ["content.write"], "nbf": now - 60, "exp": now + 60,
        });
        claims[name] = value;
        app.token(&claims)
    };
    let good = claims("x", json!(1));
    let (message, mac) = good.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let hs256 = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let forged = URL_SAFE_NO_PAD.encode(r#"{"sub":"x","roles":["editor"]}"#);
    let cases = [
        (format!("Bearer {good}"), 200),
        (format!("bearer {good}"), 200),
        (format!("Bearer {}", claims("aud", json!(["other", "aruuri"]))), 200),
        (format!("Bearer {}", claims("exp", json!(now - 10))), 200),
        (format!("Bearer {}", claims("exp", json!(now - 31))), 401),
        (format!("Bearer {}", claims("nbf", json!(now + 120))), 401),
        (format!("Bearer {}", claims("iss", json!("https://evil.example"))), 401),
        (format!("Bearer {}", claims("aud", json!("other"))), 401),
        (format!("Bearer {}", claims("sub", json!("root"))), 401),
        (format!("Bearer {}", claims("permissions", json!([]))), 403),
        (format!("Bearer {}", claims("permissions", json!(["content.read"]))), 403),
        (format!("Bearer {none}.{payload}."), 401),
        (format!("Bearer {none}.{payload}.{mac}"), 401),
        (format!("Bearer {hs256}.{payload}.{mac}"), 401),
        (format!("Bearer {head}.{forged}.{mac}"), 401),
        (format!("Bearer {head}.{payload}.{}", mac.chars().rev().collect::<String>()), 401),
        (format!("Bearer {head}.{payload}"), 401),
        (format!("Bearer {}", "a".repeat(9_000)), 401),
        (format!("Basic {good}"), 401),
        (String::new(), 401),
    ];

    for (number, (authorization, status)) in cases.into_iter().enumerate() {
        let call = Call::anonymous().path(ContactId::new()).header("authorization", authorization);
        let answer = app.call(&TAKE, call.text("application/json", r#"{"name":"ok"}"#)).await;
        assert_eq!(answer.status, status, "case {number}: {}", answer.body);
        assert_eq!(answer.header("www-authenticate").is_some(), status != 200, "case {number}");
    }
    let without = app.call(&TAKE, Call::anonymous().path(ContactId::new())).await;
    assert_eq!((without.status, without.header("www-authenticate")), (401, Some("Bearer")));
}

#[tokio::test]
async fn a_route_that_names_nobody_lets_nobody_in() {
    const SHUT: Route = Route { name: "content-test-shut", allow: Route::DEFAULT.allow, ..TAKE };
    let app = App::empty(Domain::Content).await;

    assert_eq!(app.call(&SHUT, editor()).await.status, 403);
    assert_eq!(app.call(&SHUT, Call::anonymous().path("x")).await.status, 401);
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_next_request_works() {
    const PANIC: Route = Route {
        name: "content-test-panic",
        path: "/v1/content/panic",
        method: Method::GET,
        allow: Allow::Public,
        answer: |_, _| Box::pin(async { panic!("secret") }),
        ..TAKE
    };
    let app = App::empty(Domain::Content).await;

    for _ in 0..2 {
        let answer = app.call(&PANIC, Call::anonymous()).await;
        assert_eq!((answer.status, answer.code()), (500, "internal_error"));
        assert!(!answer.body.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn every_answer_carries_the_request_id_and_trace() {
    let app = App::empty(Domain::Content).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    let named = editor().header("x-request-id", "abc-1").header("traceparent", trace);
    let named = app.call(&TAKE, named).await;
    let harmful = app.call(&TAKE, editor().header("x-request-id", "a b<script>")).await;
    let zero = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
    let zero = app.call(&TAKE, editor().header("traceparent", zero)).await;

    assert_eq!(named.header("x-request-id"), Some("abc-1"));
    assert_eq!(named.log["request_id"], "abc-1");
    assert_eq!(named.log["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(named.body["request_id"], "abc-1");
    assert_eq!(named.header("traceparent"), Some(trace));
    assert_ne!(harmful.header("x-request-id"), Some("a b<script>"));
    assert!(harmful.header("x-request-id").is_some_and(|id| id.len() == 36));
    assert_eq!(zero.header("traceparent"), None);
}

#[tokio::test]
async fn only_named_origins_may_read_answers() {
    let app = App::empty(Domain::Content).await;
    let origin = |origin: &str| editor().header("origin", origin);

    let ours = app.call(&TAKE, origin("http://localhost:3000")).await;
    let theirs = app.call(&TAKE, origin("https://evil.example")).await;

    assert_eq!(ours.header("access-control-allow-origin"), Some("http://localhost:3000"));
    assert_eq!(theirs.header("access-control-allow-origin"), None);
    assert!(theirs.header("vary").is_some_and(|vary| vary.contains("Origin")));
}
