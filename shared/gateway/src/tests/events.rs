//! What the function receives.
use serde_json::{Value, json};

use super::{function, get, probe_gateway, raw, send, start};

#[tokio::test]
async fn the_event_is_payload_format_two() {
    let gateway = start(vec![function("notes", "GET", "/v1/notes/{id}")]).await;
    let headers = [
        ("X-Many", "one"),
        ("x-many", "two"),
        ("Cookie", "a=1; b=2"),
        ("Cookie", "c=3"),
        ("User-Agent", "test"),
    ];

    let reply = send(gateway.addr(), "GET", "/v1/notes/7?q=a%20b&q=c+d&e", &headers, b"").await;

    let event = reply.json();
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "GET /v1/notes/{id}");
    assert_eq!(event["rawPath"], "/v1/notes/7");
    assert_eq!(event["rawQueryString"], "q=a%20b&q=c+d&e");
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(event["headers"]["x-many"], "one,two");
    assert_eq!(event["headers"]["cookie"], Value::Null);
    assert_eq!(event["headers"]["connection"], Value::Null);
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["queryStringParameters"], json!({ "q": "a b,c d", "e": "" }));
    assert_eq!(event["pathParameters"], json!({ "id": "7" }));
    assert_eq!(event.get("body"), None);
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    assert_eq!(context["http"]["method"], "GET");
    assert_eq!(context["http"]["path"], "/v1/notes/7");
    assert_eq!(context["http"]["protocol"], "HTTP/1.1");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["http"]["userAgent"], "test");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["domainName"], "127.0.0.1");
    assert_eq!(context["routeKey"], event["routeKey"]);
    assert_eq!(context["requestId"], reply.headers("apigw-requestid")[0]);
    assert!(context["timeEpoch"].as_u64().unwrap() > 1_700_000_000_000);
    let time = context["time"].as_str().unwrap();
    assert!(time.len() == 26 && time.ends_with(" +0000"), "{time}");
}

#[tokio::test]
async fn absent_things_are_absent_and_default_is_the_route() {
    let gateway = probe_gateway().await;

    let event = get(gateway.addr(), "/", "echo").await.json();

    assert_eq!(event["routeKey"], "$default");
    assert_eq!(event["rawQueryString"], "");
    for absent in ["cookies", "queryStringParameters", "pathParameters", "body"] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn the_client_cannot_say_where_it_comes_from() {
    let gateway = probe_gateway().await;
    let headers = [("x-forwarded-proto", "a b"), ("x-forwarded-for", "10.0.0.1")];

    let event = send(gateway.addr(), "GET", "/", &headers, b"").await.json();

    assert_eq!(event["headers"]["x-forwarded-proto"], "http");
    assert_eq!(event["headers"]["x-forwarded-for"], "10.0.0.1,127.0.0.1");
}

#[tokio::test]
async fn a_body_is_text_only_for_text_types_that_are_utf8() {
    let gateway = probe_gateway().await;
    let cases: [(&str, &[u8], bool); 9] = [
        ("application/json", b"{}", false),
        ("APPLICATION/JSON; charset=utf-8", b"{}", false),
        ("application/merge-patch+json", b"{}", false),
        ("text/csv", "ü".as_bytes(), false),
        ("application/xml", b"<a/>", false),
        ("application/json", b"\xff", true),
        ("application/x-www-form-urlencoded", b"a=b", true),
        ("application/octet-stream", b"abc", true),
        ("", b"abc", true),
    ];

    for (kind, body, encoded) in cases {
        let event = send(gateway.addr(), "POST", "/", &[("content-type", kind)], body).await.json();

        assert_eq!(event["isBase64Encoded"], encoded, "{kind}");
        let expected = match encoded {
            true => base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body),
            false => String::from_utf8(body.to_vec()).unwrap(),
        };
        assert_eq!(event["body"], expected, "{kind}");
        assert_eq!(event["headers"]["content-length"], body.len().to_string());
    }
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let gateway = probe_gateway().await;
    let request = b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
        content-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

    let event = raw(gateway.addr(), request).await.json();

    assert_eq!(event["body"], "abcde");
    assert_eq!(event["headers"]["content-length"], "5");
    assert_eq!(event["headers"].get("transfer-encoding"), None);
}

#[tokio::test]
async fn the_path_is_decoded_and_cut_at_a_decoded_question_mark() {
    let gateway = start(vec![function("notes", "GET", "/v1/{id}")]).await;

    let event = get(gateway.addr(), "/v1/a%2Fb%20%C3%BC%3Fc?q=%3F", "echo").await.json();

    assert_eq!(event["pathParameters"]["id"], "a/b ü?c");
    assert_eq!(event["rawPath"], "/v1/a/b ü");
    assert_eq!(event["rawQueryString"], "q=%3F");
}

#[tokio::test]
async fn a_path_that_is_no_utf8_or_a_host_that_is_no_name_is_refused() {
    let gateway = probe_gateway().await;

    assert_eq!(get(gateway.addr(), "/%FF", "echo").await.status, 400);
    for host in ["a b", "999.1.1.1", "[::1", "a:b", "a:99999", "a/b", "", "..", "ü"] {
        let reply = send(gateway.addr(), "GET", "/", &[("host", host)], b"").await;
        assert_eq!(reply.status, 400, "{host}");
    }
    let two = [("host", "localhost"), ("host", "localhost")];
    assert_eq!(send(gateway.addr(), "GET", "/", &two, b"").await.status, 400);
    for host in ["localhost", "localhost:9000", "127.0.0.1", "[::1]:80", "a-b.example."] {
        let reply = send(gateway.addr(), "GET", "/", &[("host", host)], b"").await;
        assert_eq!(reply.status, 200, "{host}");
    }
}

#[tokio::test]
async fn lambda_http_reads_every_event_and_is_read() {
    let mut probe = function("http", "ANY", "$default");
    probe.env = vec![("PROBE_HTTP".into(), "1".into())];
    let gateway = start(vec![probe]).await;
    let bytes: Vec<u8> = (0..=255).collect();

    let reply = send(gateway.addr(), "POST", "/binary?a={}|^`&b=%FF%", &[], &bytes).await;
    assert_eq!((reply.status, reply.body.as_slice()), (200, &bytes[..]));
    assert_eq!(reply.headers("set-cookie"), ["a=1", "b=2"]);

    let kind = [("content-type", "application/json"), ("x-latin", "caf\u{e9}")];
    let reply =
        send(gateway.addr(), "PUT", "/a b?c".replace(' ', "%20").as_str(), &kind, b"{}").await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "{}"), "{}", gateway.log());
}
