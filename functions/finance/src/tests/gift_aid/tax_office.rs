//! The tax office as a stub: it answers what a test tells it, keeps what it was sent, and can fall silent.
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use testdb::{App, Call};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::Charity;
use crate::{
    gift_aid::claims::{find, poll, submit},
    jobs::poll_hmrc,
};

/// What the stub does with the next message.
enum Next {
    /// Answers with these details of the header, errors and body.
    Answer(String),
    /// Reads the message and hangs up without a word.
    HangUp,
}

#[derive(Clone, Default)]
struct Office {
    next: Arc<Mutex<Vec<Next>>>,
    got: Arc<Mutex<Vec<String>>>,
}

impl Office {
    /// A stub on a free port, and the variable that names it.
    async fn open() -> (Office, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let office = Office::default();
        let (next, got) = (office.next.clone(), office.got.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut message = Vec::new();
                let mut buffer = [0; 65_536];
                while !message.ends_with(b"</GovTalkMessage>") {
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    if read == 0 {
                        break;
                    }
                    message.extend_from_slice(&buffer[..read]);
                }
                got.lock().unwrap().push(String::from_utf8(message).unwrap());
                let act = next.lock().unwrap().pop();
                if let Some(Next::Answer(body)) = act {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                }
            }
        });
        (office, format!("http://sender:secret@127.0.0.1:{port}/?vendor=9998"))
    }

    /// What it will do, in this order.
    fn will(&self, mut acts: Vec<Next>) {
        acts.reverse();
        *self.next.lock().unwrap() = acts;
    }

    /// How many messages with this function and qualifier it got.
    fn count(&self, qualifier: &str, function: &str) -> usize {
        let mark = format!("<Qualifier>{qualifier}</Qualifier><Function>{function}</Function>");
        self.got.lock().unwrap().iter().filter(|message| message.contains(&mark)).count()
    }
}

fn message(qualifier: &str, function: &str, details: &str, rest: &str, body: &str) -> Next {
    Next::Answer(format!(
        "<GovTalkMessage xmlns=\"http://www.govtalk.gov.uk/CM/envelope\"><Header><MessageDetails><Qualifier>{qualifier}</Qualifier>\
         <Function>{function}</Function>{details}</MessageDetails></Header><GovTalkDetails>{rest}</GovTalkDetails><Body>{body}</Body></GovTalkMessage>"
    ))
}

fn acknowledged() -> Next {
    let details = "<CorrelationID>A19F</CorrelationID><ResponseEndPoint PollInterval=\"3000\">https://example.org/poll</ResponseEndPoint>";
    message("acknowledgement", "submit", details, "", "")
}

fn accepted() -> Next {
    let body = "<SuccessResponse><Message code=\"077001\">Thank you for your submission</Message></SuccessResponse>";
    message("response", "submit", "<CorrelationID>A19F</CorrelationID>", "", body)
}

fn refused_line(line: u32) -> Next {
    let errors = "<GovTalkErrors><Error><Number>3001</Number><Type>business</Type><Text>No.</Text></Error></GovTalkErrors>";
    let body = format!(
        "<ErrorResponse><Error><Number>4065</Number><Type>schema</Type><Text>Invalid content</Text>\
         <Location>/r68:Repayment[1]/r68:GAD[{line}]/r68:Donor[1]/r68:Sur[1]</Location></Error></ErrorResponse>"
    );
    message("error", "submit", "<CorrelationID>A19F</CorrelationID>", errors, &body)
}

/// A charity that is connected to a stub, with gifts of so many people, and a validated claim of them.
async fn connected(gifts: i64) -> (Charity, Office, Value) {
    let (office, url) = Office::open().await;
    let mut charity = Charity::new().await;
    charity.app = charity.app.set("ARUURI_HMRC", Some(&url));
    for number in 1..=gifts {
        let ada = charity.person("Ada", &format!("Lovelace {number}")).await;
        charity.gift(&ada, 1_000 * number, &format!("2026-05-{number:02}")).await;
        charity.declared(&ada).await;
    }
    charity.accrue().await;
    let claim = charity.validated("A").await;
    (charity, office, claim)
}

async fn submit(charity: &Charity, claim: &Value) -> testdb::Answer {
    charity.step(&submit::ROUTE, claim, Some(&json!({ "channel": "hmrc" }))).await
}

async fn poll(app: &App, claim: &Value) -> Value {
    let answer =
        app.call(&poll::ROUTE, Call::role("treasurer").path(claim["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// As if a clock had gone on: the tax office may be asked again.
async fn later(charity: &Charity) {
    charity.app.execute("update giftaid.claims set poll_after = now() - interval '1 hour'").await;
}

async fn status(charity: &Charity, claim: &Value) -> String {
    let call = Call::role("auditor").path(claim["id"].as_str().unwrap());
    charity.app.call(&find::ROUTE, call).await.body["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_claim_that_is_acknowledged_is_asked_for_until_its_answer_comes_an_hour_late() {
    let (charity, office, claim) = connected(1).await;
    office.will(vec![
        acknowledged(),
        Next::HangUp,
        acknowledged(),
        accepted(),
        message("response", "delete", "", "", ""),
    ]);

    let sent = submit(&charity, &claim).await;
    let early = charity.app.run(&poll_hmrc::JOB).await.result.unwrap();
    let silent = poll(&charity.app, &claim).await;
    later(&charity).await;
    let waiting = charity.app.run(&poll_hmrc::JOB).await.result.unwrap();
    later(&charity).await;
    charity.app.run(&poll_hmrc::JOB).await.result.unwrap();

    assert_eq!((sent.status, &sent.body["status"]), (200, &json!("acknowledged")), "{}", sent.body);
    assert_eq!(early["asked"], 0, "not before the time that the tax office has named");
    assert_eq!(silent["status"], "acknowledged", "no answer changes nothing");
    assert_eq!(waiting["asked"], 1);
    assert_eq!(status(&charity, &claim).await, "accepted");
    assert_eq!((office.count("request", "submit"), office.count("poll", "submit")), (1, 3));
    assert_eq!(office.count("request", "delete"), 1);
    let mark = sent.body["irmark"].as_str().unwrap();
    assert!(
        office.got.lock().unwrap()[0].contains(mark),
        "the mark that is kept is the one that was sent"
    );
    let kept = "select string_agg(body, '') from giftaid.claim_messages";
    assert!(!charity.app.value(kept).await.contains("secret"), "no password is kept");
    charity.is_whole().await;
}

#[tokio::test]
async fn a_claim_without_any_answer_is_unknown_and_never_sent_again() {
    let (charity, office, claim) = connected(1).await;
    let empty = message("response", "list", "", "", "<StatusReport></StatusReport>");
    office.will(vec![Next::HangUp, empty]);
    let call = Call::role("treasurer")
        .path(claim["id"].as_str().unwrap())
        .header("if-match", format!("\"{}\"", claim["version"]))
        .header("idempotency-key", "once")
        .json(&json!({ "channel": "hmrc" }));

    let sent = charity.app.call(&submit::ROUTE, call.clone()).await;
    let repeated = charity.app.call(&submit::ROUTE, call).await;
    later(&charity).await;
    charity.app.run(&poll_hmrc::JOB).await.result.unwrap();
    let still = status(&charity, &claim).await;
    let ours = claim["id"].as_str().unwrap().replace('-', "").to_uppercase();
    let known = format!(
        "<StatusReport><StatusRecord><CorrelationID>A19F</CorrelationID><TransactionID>{ours}</TransactionID><Status>SUBMISSION_RESPONSE</Status></StatusRecord></StatusReport>"
    );
    office.will(vec![message("response", "list", "", "", &known), accepted()]);
    let found = poll(&charity.app, &claim).await;
    let settled = poll(&charity.app, &claim).await;

    assert_eq!((sent.status, &sent.body["status"]), (200, &json!("unknown")));
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!(still, "unknown", "a list that does not name it proves nothing");
    assert_eq!(
        (&found["status"], &found["correlation_id"]),
        (&json!("acknowledged"), &json!("A19F"))
    );
    assert_eq!(settled["status"], "accepted");
    assert_eq!(office.count("request", "submit"), 1, "sent once, whatever was repeated");
    charity.is_whole().await;
}

#[tokio::test]
async fn a_tax_office_that_cannot_be_reached_was_sent_nothing_and_is_sent_the_claim_later() {
    let (mut charity, office, claim) = connected(1).await;
    let url = charity.app.var("ARUURI_HMRC").unwrap().to_owned();
    charity.app =
        charity.app.set("ARUURI_HMRC", Some("http://sender:secret@127.0.0.1:1/?vendor=9998"));

    let sent = submit(&charity, &claim).await;
    charity.app = charity.app.set("ARUURI_HMRC", Some(&url));
    office.will(vec![acknowledged()]);
    later(&charity).await;
    charity.app.run(&poll_hmrc::JOB).await.result.unwrap();

    assert_eq!((sent.status, &sent.body["status"]), (200, &json!("submitted")), "{}", sent.body);
    assert_eq!(status(&charity, &claim).await, "acknowledged");
    assert_eq!(office.count("request", "submit"), 1);
    assert_eq!(charity.app.count("ledger.journals where kind = 'gift_aid.claimed'").await, 1);
    charity.is_whole().await;
}

#[tokio::test]
async fn an_error_on_line_7_rejects_that_line_and_the_rest_is_claimed_anew() {
    let (charity, office, claim) = connected(9).await;
    office.will(vec![acknowledged(), refused_line(7), message("response", "delete", "", "", "")]);

    submit(&charity, &claim).await;
    let rejected = poll(&charity.app, &claim).await;
    let next = charity.collect("B").await;

    assert_eq!(rejected["status"], "rejected");
    let lines = "select string_agg(item || ' ' || error_code || ' ' || right(error_path, 10), ',') from giftaid.claim_lines where status = 'rejected'";
    assert_eq!(charity.app.value(lines).await, "7 4065 r68:Sur[1]");
    assert_eq!(next.status, 201, "{}", next.body);
    let lines = "select count(*)::text from giftaid.claim_lines where status = 'included'";
    assert_eq!(charity.app.value(lines).await, "8", "all but the seventh");
    assert_eq!(charity.postings("gift_aid.claimed").await, "1310 11250, 1300 -11250");
    assert_eq!(
        charity.postings("gift_aid.rejected").await,
        "1310 -11250, 1300 11250",
        "reversed whole"
    );
    charity.is_whole().await;
}
