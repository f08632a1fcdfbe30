//! What becomes of a function's answer.
use super::{get, probe_gateway};
use crate::Answer;

#[tokio::test]
async fn an_explicit_answer_is_passed_on() {
    let gateway = probe_gateway().await;
    let order = r#"answer {"statusCode":201,"headers":{"X-A":"1","x-number":2,"content-length":"9"},
        "cookies":["a=1; Path=/","b=2"],"body":"aGk=","isBase64Encoded":true}"#;

    let reply = get(gateway.addr(), "/", &order.replace('\n', " ")).await;

    assert_eq!((reply.status, reply.text().as_str()), (201, "hi"));
    assert_eq!(reply.headers("x-a"), ["1"]);
    assert_eq!(reply.headers("x-number"), ["2"]);
    assert_eq!(reply.headers("set-cookie"), ["a=1; Path=/", "b=2"]);
    assert_eq!(reply.headers("content-length"), ["2"]);
}

#[tokio::test]
async fn json_without_a_status_is_the_body() {
    let gateway = probe_gateway().await;

    for (order, body) in [
        (r#"answer {"a":1}"#, r#"{"a":1}"#),
        ("answer [1]", "[1]"),
        ("answer null", "null"),
        (r#"answer "text""#, "text"),
    ] {
        let reply = get(gateway.addr(), "/", order).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, body));
        assert_eq!(reply.headers("content-type"), ["application/json"]);
    }
}

#[test]
fn an_answer_that_cannot_be_read_says_why() {
    for (json, why) in [
        ("", "no JSON"),
        ("{", "no JSON"),
        (r#"{"statusCode":"x"}"#, "statusCode"),
        (r#"{"statusCode":100}"#, "statusCode 100"),
        (r#"{"statusCode":600}"#, "statusCode 600"),
        (r#"{"statusCode":200.5}"#, "statusCode 200.5"),
        (r#"{"statusCode":200,"body":{}}"#, "body"),
        (r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#, "base64"),
        (r#"{"statusCode":200,"headers":[]}"#, "headers"),
        (r#"{"statusCode":200,"headers":{"a":[]}}"#, "header a"),
        (r#"{"statusCode":200,"headers":{"a b":"c"}}"#, "header name"),
        (r#"{"statusCode":200,"headers":{"a":"b\nc"}}"#, "value of header a"),
        (r#"{"statusCode":200,"cookies":"a"}"#, "cookies"),
        (r#"{"statusCode":200,"cookies":["a\r\nb"]}"#, "cookie"),
    ] {
        let said = Answer::read(json.as_bytes()).expect_err(json);
        assert!(said.contains(why), "{json}: {said}");
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_a_502_and_the_process_stays() {
    let gateway = probe_gateway().await;
    let pid = get(gateway.addr(), "/", "pid").await.text();

    let reply = get(gateway.addr(), "/", r#"answer {"statusCode":7}"#).await;

    assert_eq!(reply.status, 502);
    assert_eq!(reply.text(), r#"{"message":"Internal Server Error"}"#);
    assert!(gateway.log().contains("cannot read: statusCode 7"), "{}", gateway.log());
    assert_eq!(get(gateway.addr(), "/", "pid").await.text(), pid);
}

#[tokio::test]
async fn a_status_without_body_has_none() {
    let gateway = probe_gateway().await;

    let reply = get(gateway.addr(), "/", r#"answer {"statusCode":"204"}"#).await;

    assert_eq!((reply.status, reply.body.len()), (204, 0));
}
