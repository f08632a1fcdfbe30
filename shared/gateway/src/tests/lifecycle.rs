//! How processes come and go.
use std::time::Duration;

use serde_json::Value;

use super::{function, get, probe_gateway, runs, start, start_with, until};
use crate::Limits;

#[tokio::test]
async fn a_process_serves_one_request_after_the_other() {
    let gateway = probe_gateway().await;

    let first = get(gateway.addr(), "/", "pid").await.text();
    let second = get(gateway.addr(), "/", "pid").await.text();

    assert_eq!(first, second);
}

#[tokio::test]
async fn two_at_once_get_two_processes() {
    let gateway = probe_gateway().await;

    let (a, b) = tokio::join!(
        get(gateway.addr(), "/", "sleep 1000"),
        get(gateway.addr(), "/", "sleep 1000"),
    );

    assert_eq!((a.status, b.status), (200, 200));
    assert_ne!(a.text(), b.text());
}

#[tokio::test]
async fn a_crash_is_a_502_with_the_last_words_logged_and_the_next_request_works() {
    for (order, said) in [
        ("exit 7", r#"crashed (exit status: 7) after ["doing exit", "the last words"]"#),
        ("exit 0", "crashed (exit status: 0)"),
        ("abort", "crashed (signal: 6 (SIGABRT)"),
    ] {
        let gateway = probe_gateway().await;

        let reply = get(gateway.addr(), "/", order).await;

        assert_eq!(reply.status, 502, "{order}");
        assert_eq!(reply.text(), r#"{"message":"Internal Server Error"}"#);
        assert!(gateway.log().contains(said), "{}", gateway.log());
        assert_eq!(get(gateway.addr(), "/", "pid").await.status, 200);
    }
}

#[tokio::test]
async fn what_a_function_writes_is_passed_on_with_its_name() {
    let gateway = probe_gateway().await;

    get(gateway.addr(), "/", "say hello").await;

    let line = r#"Line { function: "probe", line: "hello" }"#;
    until("it is passed on", || gateway.log().contains(line)).await;
}

#[tokio::test]
async fn an_error_or_a_panic_is_a_502_and_the_process_stays() {
    let gateway = probe_gateway().await;
    let pid = get(gateway.addr(), "/", "pid").await.text();

    for order in ["fail", "panic"] {
        assert_eq!(get(gateway.addr(), "/", order).await.status, 502, "{order}");
    }

    assert!(gateway.log().contains("reported an error"), "{}", gateway.log());
    assert!(gateway.log().contains("as ordered"), "{}", gateway.log());
    assert_eq!(get(gateway.addr(), "/", "pid").await.text(), pid);
}

#[tokio::test]
async fn a_function_that_cannot_start_is_a_502_that_says_why() {
    let mut missing = function("missing", "GET", "/missing");
    missing.binary = "/nowhere/function".into();
    let mut exits = function("exits", "GET", "/exits");
    exits.env = vec![("PROBE_INIT".into(), "exit".into())];
    let mut hangs = function("hangs", "GET", "/hangs");
    hangs.env = vec![("PROBE_INIT".into(), "sleep".into())];
    let hasty = Limits { init: Duration::from_millis(300), ..Limits::default() };
    let gateway = start(vec![missing, exits]).await;
    let hasty = start_with(vec![hangs], hasty).await;

    for (gateway, path, said) in [
        (&gateway, "/missing", "missing cannot start /nowhere/function"),
        (&gateway, "/exits", r#"exits crashed (exit status: 3) after ["no configuration"]"#),
        (&hasty, "/hangs", "hangs did not ask for an event within 0.3 s"),
    ] {
        assert_eq!(get(gateway.addr(), path, "echo").await.status, 502, "{path}");
        assert!(gateway.log().contains(said), "{}", gateway.log());
    }
}

#[tokio::test]
async fn a_process_that_ends_between_requests_is_replaced_and_reported() {
    let gateway = probe_gateway().await;
    let pid = get(gateway.addr(), "/", "die-later").await.text();
    until("it is gone", || !runs(pid.parse().unwrap())).await;

    assert_ne!(get(gateway.addr(), "/", "pid").await.text(), pid);
    assert!(gateway.log().contains("crashed (exit status: 9)"), "{}", gateway.log());
}

#[tokio::test]
async fn an_idle_process_is_ended() {
    let limits = Limits { idle: Duration::from_millis(200), ..Limits::default() };
    let gateway = start_with(vec![function("f", "ANY", "$default")], limits).await;
    let pid = get(gateway.addr(), "/", "pid").await.text();

    until("it is ended", || !runs(pid.parse().unwrap())).await;

    assert!(gateway.handle.idle_pids("f").is_empty());
    assert_eq!(get(gateway.addr(), "/", "pid").await.status, 200);
}

#[tokio::test]
async fn a_restart_ends_the_processes_of_that_function_only() {
    let gateway = start(vec![function("a", "GET", "/a"), function("b", "GET", "/b")]).await;
    let a = get(gateway.addr(), "/a", "pid").await.text();
    let b = get(gateway.addr(), "/b", "pid").await.text();

    gateway.handle.restart("a").await;

    assert!(!runs(a.parse().unwrap()));
    assert_ne!(get(gateway.addr(), "/a", "pid").await.text(), a);
    assert_eq!(get(gateway.addr(), "/b", "pid").await.text(), b);
}

#[tokio::test]
async fn stop_ends_idle_and_busy_processes() {
    let gateway = start(vec![function("a", "GET", "/a"), function("b", "GET", "/b")]).await;
    let addr = gateway.addr();
    let idle = get(addr, "/a", "pid").await.text().parse().unwrap();
    let busy = get(addr, "/b", "pid").await.text().parse().unwrap();
    let caller = tokio::spawn(async move { get(addr, "/b", "sleep 60000").await });
    until("it is busy", || gateway.log().contains("doing sleep")).await;

    gateway.handle.stop().await;

    until("both are gone", || !runs(idle) && !runs(busy)).await;
    caller.await.expect_err("the connection ended without an answer");
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn a_function_gets_its_variables_and_lambdas_and_no_others() {
    let mut probe = function("probe", "ANY", "$default");
    probe.env = vec![("ARUURI_ONE".into(), "1".into())];
    let gateway = start(vec![probe]).await;

    let reply = get(gateway.addr(), "/", "env").await;

    let vars: Vec<(String, String)> = serde_json::from_slice(&reply.body).unwrap();
    let mut names: Vec<_> = vars.iter().map(|(name, _)| name.as_str()).collect();
    names.retain(|name| !name.starts_with("AWS_") && *name != "_X_AMZN_TRACE_ID"); // set by the runtime
    names.sort_unstable();
    assert_eq!(names, ["ARUURI_ONE", "LAMBDA_TASK_ROOT", "LANG", "TZ", "_HANDLER"]);
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("TZ", ":UTC"),
    ] {
        assert!(vars.contains(&(name.into(), value.into())), "{name}");
    }
}

#[tokio::test]
async fn the_invocation_has_a_deadline_an_arn_and_an_id() {
    let gateway = probe_gateway().await;
    let before = jiff::Timestamp::now().as_millisecond();

    let context: Value = get(gateway.addr(), "/", "context").await.json();

    assert!(context["deadline"].as_i64().unwrap() >= before + 60_000);
    assert_eq!(context["arn"], "arn:aws:lambda:local-1:000000000000:function:probe");
    assert_eq!(context["request_id"].as_str().unwrap().len(), 36);
}

#[test]
fn the_watchdog_ends_what_is_left_when_the_gateway_is_gone() {
    let spawn = || std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let (mut kept, mut left) = (spawn(), spawn());
    let watchdog = crate::Watchdog::start().unwrap();
    watchdog.add(kept.id());
    watchdog.add(left.id());
    watchdog.remove(kept.id());

    drop(watchdog); // as the end of the process does: the pipe closes

    assert!(!left.wait().unwrap().success());
    assert!(kept.try_wait().unwrap().is_none());
    kept.kill().unwrap();
    kept.wait().unwrap();
}
