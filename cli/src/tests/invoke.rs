//! What `invoke` takes and shows.
use clap::Parser;
use serde_json::{Value, json};

use crate::{
    Cli,
    failure::Exit,
    invoke::{Event, Report},
};

fn answer(status: u16, kind: &str, body: &'static [u8]) -> gateway::Answer {
    gateway::Answer {
        status,
        headers: vec![("content-type".into(), kind.into()), ("vary".into(), "Origin".into())],
        body: body.into(),
    }
}

fn report(answer: gateway::Answer, log: &[&str]) -> (Value, String) {
    let log: Vec<String> = log.iter().map(|line| (*line).to_owned()).collect();
    let time = std::time::Duration::from_micros(1_234);
    let report = Report::new("finance-x", answer, &log, time, time);
    (serde_json::to_value(&report).unwrap(), report.text())
}

#[test]
fn the_report_has_the_answer_the_log_and_the_times() {
    let line = r#"{"round_trips":1,"cold":true}"#;

    let (json, text) = report(answer(201, "application/json", br#"{"a":1}"#), &["plain", line]);

    assert_eq!(json["function"], "finance-x");
    assert_eq!(json["response"]["status"], 201);
    assert_eq!(json["response"]["headers"]["vary"], "Origin");
    assert_eq!(json["response"]["body"], json!({ "a": 1 }));
    assert_eq!(json["log"], json!(["plain", { "round_trips": 1, "cold": true }]));
    assert_eq!(json["timings"], json!({ "init_ms": 1.23, "handler_ms": 1.23 }));
    assert_eq!((&json["cold"], &json["round_trips"]), (&json!(true), &json!(1)));
    for part in ["vary: Origin", "\"a\": 1", "plain", "handler 1.23 ms, round trips 1"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn a_body_that_is_no_json_is_text_and_one_that_is_no_text_is_base64() {
    let (text, _) = report(answer(200, "text/plain", b"{}"), &[]);
    let (broken, _) = report(answer(200, "application/json", b"{"), &[]);
    let (bytes, _) = report(answer(200, "image/png", b"\xff"), &[]);

    assert_eq!(text["response"]["body"], "{}");
    assert_eq!(broken["response"]["body"], "{");
    assert_eq!(bytes["response"]["body"], "/w==");
    assert_eq!(bytes["response"]["body_is_base64"], true);
    assert_eq!(text["round_trips"], Value::Null);
}

#[test]
fn an_event_that_is_no_json_object_is_wrong_usage() {
    let file = std::env::temp_dir().join(format!("aruuri-event-{}.json", std::process::id()));
    for text in ["", "[]", "{"] {
        std::fs::write(&file, text).unwrap();
        assert_eq!(Event::read(&file).err().map(|failure| failure.exit()), Some(Exit::Usage));
    }
    std::fs::remove_file(&file).unwrap();

    assert_eq!(Event::read(&file).err().map(|failure| failure.exit()), Some(Exit::Usage));
}

#[test]
fn a_mistyped_function_is_answered_with_the_right_one() {
    let error = Cli::try_parse_from(["aruuri", "invoke", "platform-redy"]).unwrap_err();

    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("similar value"), "{error}");
}
