//! What goes wrong, and what is said of it.
use std::time::Duration;

use postgres_types::Type;
use sql_gateway::Limits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::Instant,
};

use super::{admin_url, both, client, gateway, run, soon};
use crate::{Client, Endpoint, Error, Phase, REQUEST_MAX};

/// A server that takes each connection and answers its request with these bytes.
async fn canned(answer: String) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Client::plain(Endpoint::new("postgres://u:p@h/d", Some(&address)).unwrap())
}

async fn failure(head: &str, body: &str) -> Error {
    let answer = match head {
        "" => String::new(),
        _ => format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    };
    canned(answer).await.query("select 1", &[], soon()).await.unwrap_err()
}

#[test]
fn nobody_at_the_address_is_said_with_its_phase() {
    run(async {
        let url = admin_url().await;
        let nobody = Client::plain(Endpoint::new(&url, Some("http://127.0.0.1:1")).unwrap());
        let nowhere = Client::plain(Endpoint::new(&url, Some("http://localhost:1")).unwrap());

        for client in [nobody, nowhere] {
            let error = client.query("select 1", &[], soon()).await.unwrap_err();
            assert!(matches!(error, Error::Transport { phase: Phase::Connect, .. }), "{error}");
            assert!(error.retryable() && !error.is_outcome_unknown());
        }
    });
}

#[test]
fn an_error_is_read_whatever_the_status() {
    run(async {
        let full = r#"{"message": "too many clients", "code": "53300", "severity": "FATAL"}"#;
        let full = failure("500 X\r\nneon-request-id: abc", full).await;
        let away = r#"{"message": "Control plane request failed: x", "code": ""}"#;
        let away = failure("500 X", away).await;
        let msg = failure("429 X", r#"{"msg": "slow down, you"}"#).await;
        let page = failure("502 X", "<html>").await;
        let cut = failure("200 X", r#"{"fields""#).await;
        let gone = failure("", "").await;

        assert_eq!((full.sqlstate(), full.request_id()), (Some("53300"), Some("abc")));
        assert!(full.retryable());
        assert_eq!(away.sqlstate(), None);
        assert!(away.retryable(), "{away}");
        assert_eq!(
            msg.report().map(|report| (report.status, report.message.as_str())),
            Some((429, "slow down, you"))
        );
        assert!(matches!(page, Error::Answer { status: 502, .. }), "{page}");
        assert!(matches!(cut, Error::Answer { status: 200, .. }), "{cut}");
        assert!(cut.is_outcome_unknown() && !cut.retryable());
        assert!(matches!(gone, Error::Transport { phase: Phase::Send, .. }), "{gone}");
        assert!(gone.is_outcome_unknown() && !gone.retryable());
    });
}

#[test]
fn a_deadline_cancels_the_statement_on_the_server() {
    run(async {
        for both in both().await {
            // So that all of the time is the statement's.
            both.http.warm(soon()).await.unwrap();
            let sql = "select pg_sleep(60) /* late */";
            let late = both.http.query(sql, &[], Instant::now() + Duration::from_millis(300)).await;
            let others = "select count(*) as n from pg_stat_activity
                          where query = $1 and state = 'active'";
            let active = async || {
                let rows = both.http.query(others, &[(&sql, Type::TEXT)], soon()).await.unwrap();
                rows[0].try_get::<i64>("n").unwrap()
            };

            assert!(matches!(late, Err(Error::Timeout { phase: Phase::Send })), "{late:?}");
            while active().await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
}

#[test]
fn a_request_above_the_limit_is_not_sent() {
    run(async {
        let long = "x".repeat(REQUEST_MAX);
        let client = &both().await[0].http;

        let error = client.query("select $1", &[(&long, Type::TEXT)], soon()).await.unwrap_err();

        assert!(matches!(error, Error::TooLarge { bytes, .. } if bytes > REQUEST_MAX), "{error}");
    });
}

#[test]
fn an_answer_above_the_limit_is_named() {
    run(async {
        let gateway = gateway(Limits { response: 10_000, ..Limits::default() }).await;

        let error = client(&gateway)
            .await
            .query("select repeat('x', 1000) from generate_series(1, 20)", &[], soon())
            .await
            .unwrap_err();

        assert_eq!(error.report().map(|report| report.status), Some(507));
        assert!(
            error.to_string().contains("response is too large (max is 10000 bytes)"),
            "{error}"
        );
        gateway.stop().await;
    });
}

#[test]
fn requests_follow_each_other_on_one_connection_and_a_closed_one_is_replaced() {
    run(async {
        let gateway = gateway(Limits { sessions: 1, ..Limits::default() }).await;
        let client = client(&gateway).await;
        let pid = async || {
            let rows = client.query("select pg_backend_pid() as pid", &[], soon()).await.unwrap();
            rows[0].try_get::<i32>("pid").unwrap()
        };
        let first = pid().await;
        assert_eq!(pid().await, first);

        let port = gateway.addr().port();
        gateway.stop().await;
        let error = client.query("select 1", &[], soon()).await.unwrap_err();

        assert!(error.retryable(), "nobody listens on {port} any more: {error}");
    });
}

#[test]
fn a_statement_that_takes_too_long_is_ended_by_the_gateway_with_the_servers_words() {
    run(async {
        let gateway =
            gateway(Limits { time: Duration::from_millis(200), ..Limits::default() }).await;
        let client = client(&gateway).await;

        let error = client.query("select pg_sleep(60)", &[], soon()).await.unwrap_err();
        let next = client.query("select 1 as n", &[], soon()).await.unwrap();

        assert_eq!(error.sqlstate(), Some("57014"), "{error}");
        assert_eq!(next[0].try_get::<i32>("n").unwrap(), 1);
        gateway.stop().await;
    });
}

#[test]
fn more_requests_than_sessions_wait_for_their_turn() {
    run(async {
        let gateway = gateway(Limits { sessions: 1, ..Limits::default() }).await;
        let (one, two) = (client(&gateway).await, client(&gateway).await);

        let sql = "select pg_sleep(0.1)::text as slept";
        let (one, two) = tokio::join!(one.query(sql, &[], soon()), two.query(sql, &[], soon()));

        assert!(one.is_ok() && two.is_ok());
        gateway.stop().await;
    });
}
