//! What can be said without building or starting anything.
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    counters, gate,
    gate::Row,
    requests::{Expected, Request},
    runtime_api::{RuntimeApi, Said},
    spread::Samples,
};

const PATIENCE: Duration = Duration::from_secs(10);

fn samples(all: &[f64]) -> Samples {
    let mut samples = Samples::default();
    all.iter().for_each(|sample| samples.add(*sample));
    samples
}

#[test]
fn percentiles_are_samples_by_nearest_rank() {
    assert_eq!(samples(&[]).median().to_bits(), 0.0_f64.to_bits());
    assert_eq!(samples(&[7.0]).percentile(99).to_bits(), 7.0_f64.to_bits());
    let ten = samples(&[10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
    let [p10, p50, p90, p99] = [10, 50, 90, 99].map(|percent| ten.percentile(percent));
    assert_eq!([p10, p50, p90, p99].map(f64::to_bits), [1.0, 5.0, 9.0, 10.0].map(f64::to_bits));
}

#[test]
fn perf_gives_a_number_or_nothing() {
    let head = "# started on Sun Nov 22 00:00:00 2026\n\n";
    let counted = format!("{head}123456,,instructions:u,1000,100.00,,\n");

    assert_eq!(counters::counted(&counted), Some(123_456));
    assert_eq!(counters::counted("<not supported>,,instructions:u,0,100.00,,\n"), None);
    assert_eq!(counters::counted(""), None);
}

#[test]
fn the_runtime_api_takes_requests_as_they_come_in_pieces_and_in_a_row() {
    let mut api = RuntimeApi::bind().unwrap();
    let mut function = TcpStream::connect(api.addr().unwrap()).unwrap();

    function.write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n").unwrap();
    assert!(api.hear(Duration::from_millis(50)).unwrap().is_none());
    function.write_all(b"host: x\r\n\r\n").unwrap();
    let poll = api.hear(PATIENCE).unwrap().unwrap();
    api.hand_over(poll.connection, "id-1", b"{}").unwrap();
    let mut event = vec![0; 1024];
    let length = function.read(&mut event).unwrap();
    let answer = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nContent-Length: 3\r\n\r\nyes";
    function.write_all(answer.as_bytes()).unwrap();
    let answer = api.hear(PATIENCE).unwrap().unwrap();

    assert!(matches!(poll.said, Said::Poll));
    let event = String::from_utf8_lossy(&event[..length]);
    assert!(event.contains("lambda-runtime-aws-request-id: id-1") && event.ends_with("\r\n\r\n{}"));
    assert!(matches!(answer.said, Said::Answer(body) if body == b"yes"));
}

#[test]
fn an_error_of_the_function_is_heard_as_one() {
    let mut api = RuntimeApi::bind().unwrap();
    let mut function = TcpStream::connect(api.addr().unwrap()).unwrap();

    let error = "POST /2018-06-01/runtime/init/error HTTP/1.1\r\ncontent-length: 4\r\n\r\nsick";
    function.write_all(error.as_bytes()).unwrap();

    let heard = api.hear(PATIENCE).unwrap().unwrap();
    assert!(matches!(heard.said, Said::Error(said) if said == "sick"));
}

fn request(expected: Expected) -> Request {
    Request { id: String::new(), event: Vec::new(), expected }
}

fn answer(status: u16, body: &Value) -> Vec<u8> {
    json!({ "statusCode": status, "body": body.to_string() }).to_string().into_bytes()
}

#[test]
fn an_answer_with_another_row_is_wrong() {
    let mine = json!({ "id": 1, "note": null });
    let request = request(Expected::Row(mine.clone()));

    assert!(request.check(&answer(200, &mine)).is_ok());
    assert!(request.check(&answer(201, &mine)).is_err());
    assert!(request.check(&answer(200, &json!({ "id": 2, "note": null }))).is_err());
    assert!(request.check(b"").is_err());
}

#[test]
fn a_page_in_another_order_is_wrong() {
    let (one, two) = (json!({ "id": 1, "note": "x" }), json!({ "id": 2, "note": null }));
    let request = request(Expected::Page(vec![one.clone(), two.clone()]));
    let came =
        |rows: Value| request.check(&answer(200, &json!({ "data": rows, "next_cursor": "x" })));

    assert!(came(json!([one, two])).is_ok());
    assert!(came(json!([{ "id": 1 }, two])).is_ok(), "a peer may say less");
    assert!(came(json!([two, one])).is_err());
    assert!(came(json!([one])).is_err());
    assert!(came(json!([{ "id": 1, "note": "x", "more": 1 }, two])).is_err());
    assert!(came(json!([{}, two])).is_err());
}

#[test]
fn a_created_contribution_is_remembered_if_it_is_what_was_sent_and_posted() {
    let sent = json!({ "id": 1, "contributor_id": 2, "amount": 3, "note": "x" });
    let request = request(Expected::New(sent.clone()));
    let mut made = sent.clone();
    made["status"] = json!("settled");
    made["version"] = json!(1);

    assert!(request.check(&answer(201, &made)).is_err(), "it has no journal");
    made["journal_id"] = json!("j");
    assert_eq!(request.check(&answer(201, &made)).unwrap(), Some(made.clone()));
    made["amount"] = json!(4);
    assert!(request.check(&answer(201, &made)).is_err());
}

#[test]
fn a_missed_goal_is_named() {
    let met = Row::new("size", 3.0, 3.0, "MB");
    let missed = Row::new("memory", 5.1, 5.0, "MiB");

    assert!(gate::missed(std::slice::from_ref(&met)).is_none());
    let failure = gate::missed(&[met, missed]).unwrap();
    assert_eq!(failure.causes(), ["memory: 5.1 MiB, not 5"]);
}

#[test]
fn fewer_round_trips_than_wanted_are_a_miss_too() {
    assert!(Row::exactly("connect", 4.0, 4.0, "round trips").ok);
    assert!(!Row::exactly("connect", 3.0, 4.0, "round trips").ok);
    assert!(!Row::exactly("connect", 5.0, 4.0, "round trips").ok);
}

#[test]
fn functions_are_found_as_cargo_and_as_cargo_lambda_leave_them() {
    let folder = std::env::temp_dir().join(format!("aruuri-bench-{}", std::process::id()));
    fs::create_dir_all(folder.join("finance-find-x")).unwrap();
    fs::write(folder.join("finance-find-x/bootstrap"), b"\x7fELF").unwrap();
    fs::write(folder.join("finance-list-x"), b"\x7fELF").unwrap();
    fs::write(folder.join("finance-list-x.d"), b"text").unwrap();
    fs::write(folder.join("aruuri"), b"\x7fELF").unwrap();

    let found = gate::executables(&folder);

    fs::remove_dir_all(&folder).unwrap();
    let names: Vec<String> = found.unwrap().iter().map(|path| gate::name(path)).collect();
    assert_eq!(names, ["finance-find-x", "finance-list-x"]);
}
