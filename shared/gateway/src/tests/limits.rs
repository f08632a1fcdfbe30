//! Each limit at its edge.
use std::time::Duration;

use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream};

use super::{function, get, parse, probe_gateway, send, start_with};
use crate::{
    Limits,
    limits::{ANSWER_MAX, BODY_MAX, EVENT_MAX, HEAD_MAX},
};

#[tokio::test]
async fn the_head_may_have_so_many_bytes() {
    let gateway = probe_gateway().await;
    let host = gateway.addr().to_string();
    let others = "GET / HTTP/1.1".len() + host.len() + "close".len();

    for (length, status) in [(HEAD_MAX - others, 200), (HEAD_MAX - others + 1, 431)] {
        let reply = send(gateway.addr(), "GET", "/", &[("x-long", &"x".repeat(length))], b"").await;
        assert_eq!(reply.status, status);
    }
    let target = format!("/{}", "x".repeat(HEAD_MAX));
    assert_eq!(get(gateway.addr(), &target, "echo").await.status, 431);
}

#[tokio::test]
async fn a_body_above_ten_megabytes_is_refused_however_it_is_sent() {
    let gateway = probe_gateway().await;
    let body = vec![b'x'; BODY_MAX + 1];

    assert_eq!(send(gateway.addr(), "POST", "/", &[], &body).await.status, 413);

    // At the limit it passes the first gate and is too large as an event.
    let reply = send(gateway.addr(), "POST", "/", &[], &body[1..]).await;
    assert_eq!(reply.text(), r#"{"message":"Request Entity Too Large"}"#);
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn who_asks_before_sending_too_much_is_told_at_once() {
    let gateway = probe_gateway().await;
    let mut stream = TcpStream::connect(gateway.addr()).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        BODY_MAX + 1
    );

    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();

    assert_eq!(parse(&bytes).status, 413);
}

#[tokio::test]
async fn an_event_may_have_so_many_bytes() {
    let gateway = probe_gateway().await;
    let headers = [("content-type", "text/plain"), ("x-do", "answer {}")];
    let event_of = async |length: usize| {
        let headers = [("content-type", "text/plain"), ("x-do", "echo")];
        let body = vec![b'x'; length];
        send(gateway.addr(), "POST", "/", &headers, &body).await.body.len()
    };
    // A seven-digit content-length, but an event small enough to come back.
    let around = event_of(1_000_000).await - 1_000_000;
    let most = EVENT_MAX - around;

    for slack in [64, 0] {
        let body = vec![b'x'; most - slack - 64];
        assert_eq!(send(gateway.addr(), "POST", "/", &headers, &body).await.status, 200);
    }
    let body = vec![b'x'; most + 64];
    assert_eq!(send(gateway.addr(), "POST", "/", &headers, &body).await.status, 413);
}

#[tokio::test]
async fn an_answer_may_have_so_many_bytes() {
    let gateway = probe_gateway().await;
    let pid = get(gateway.addr(), "/", "pid").await.text();
    let quotes = 2;

    let most = get(gateway.addr(), "/", &format!("big {}", ANSWER_MAX - quotes)).await;
    assert_eq!((most.status, most.body.len()), (200, ANSWER_MAX - quotes));

    let more = get(gateway.addr(), "/", &format!("big {}", ANSWER_MAX - quotes + 1)).await;
    assert_eq!(more.status, 502);
    assert!(gateway.log().contains("answered 6291557 bytes"), "{}", gateway.log());
    assert_eq!(get(gateway.addr(), "/", "pid").await.text(), pid);
}

#[tokio::test]
async fn a_function_that_runs_too_long_is_ended_and_the_next_request_works() {
    let mut slow = function("slow", "ANY", "$default");
    slow.timeout = Duration::from_millis(300);
    let gateway = start_with(vec![slow], Limits::default()).await;
    let pid = get(gateway.addr(), "/", "pid").await.text();

    let reply = get(gateway.addr(), "/", "sleep 60000").await;

    assert_eq!(reply.status, 500);
    assert_eq!(reply.text(), r#"{"message":"Internal Server Error"}"#);
    assert!(gateway.log().contains("ran longer than its timeout of 0.3 s"), "{}", gateway.log());
    assert!(!super::runs(pid.parse().unwrap()));
    assert_ne!(get(gateway.addr(), "/", "pid").await.text(), pid);
}

#[tokio::test]
async fn the_caller_gets_503_after_the_integration_limit_and_the_function_goes_on() {
    let limits = Limits { integration: Duration::from_secs(1), ..Limits::default() };
    let gateway = start_with(vec![function("f", "ANY", "$default")], limits).await;
    let pid = get(gateway.addr(), "/", "pid").await.text();

    let reply = get(gateway.addr(), "/", "sleep 2000").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.text(), r#"{"message":"Service Unavailable"}"#);

    super::until("the process is idle again", || {
        gateway.handle.idle_pids("f") == [pid.parse::<u32>().unwrap()]
    })
    .await;
}

#[tokio::test]
async fn more_than_the_queue_takes_is_throttled() {
    let limits = Limits { concurrency: 1, queue: 1, ..Limits::default() };
    let gateway = start_with(vec![function("f", "ANY", "$default")], limits).await;
    let addr = gateway.addr();
    let running = tokio::spawn(async move { get(addr, "/", "sleep 3000").await });
    super::until("it runs", || gateway.log().contains("doing sleep")).await;

    // Whichever comes first waits.
    let (one, other) = tokio::join!(get(addr, "/", "pid"), get(addr, "/", "pid"));
    let (waiting, refused) = if other.status == 429 { (one, other) } else { (other, one) };

    assert_eq!(refused.status, 429);
    assert_eq!(refused.text(), r#"{"message":"Too Many Requests"}"#);
    let running = running.await.unwrap();
    assert_eq!((running.status, waiting.status), (200, 200));
    assert_eq!(running.text(), waiting.text(), "one process served both");
}
