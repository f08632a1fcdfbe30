use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use super::{PASSWORD, SPENT, account, credentials, post, sign_in, tokens};
use crate::identity::{request_password_reset, sign_up};

/// All that a caller can see of an answer, without what differs for every request.
fn seen(answer: &Answer) -> (u16, Value, Value) {
    let mut body = answer.body.clone();
    for own in ["request_id", "instance"] {
        body.as_object_mut().unwrap().remove(own);
    }
    (answer.status, body, answer.log["round_trips"].clone())
}

#[tokio::test]
async fn answers_do_not_tell_who_has_an_account() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let spent = async |email: &str| {
        let before = SPENT.with(std::cell::Cell::get);
        let signed_in = sign_in(&app, email, "not the right one").await;
        let signed_up = post(&app, &sign_up::ROUTE, &credentials(email, PASSWORD)).await;
        let reset = post(&app, &request_password_reset::ROUTE, &json!({ "email": email })).await;
        let work = SPENT.with(std::cell::Cell::get) - before;
        (seen(&signed_in), seen(&signed_up), seen(&reset), work)
    };

    let known = spent("ada@example.org").await;
    let unknown = spent("eve@example.org").await;

    assert_eq!(known, unknown);
    assert_eq!((known.0.0, known.1.0, known.2.0, known.3), (401, 202, 202, 2));
}

#[tokio::test]
async fn guesses_are_counted_per_account_even_when_they_come_together() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    account(&app, "eve@example.org").await;

    let guess = || {
        app.value(
            "select (retry_after > 0)::text from identity.begin_sign_in('ADA@example.org', '{}')",
        )
    };
    let mut refused = Vec::new();
    for _ in 0..3 {
        let four = tokio::join!(guess(), guess(), guess(), guess());
        refused.extend([four.0, four.1, four.2, four.3]);
    }
    let right = sign_in(&app, "Ada@example.org", PASSWORD).await;
    let other = sign_in(&app, "eve@example.org", PASSWORD).await;

    assert_eq!(refused.iter().filter(|refused| *refused == "true").count(), 2, "{refused:?}");
    assert_eq!((right.status, right.code(), other.status), (429, "too_many_attempts", 200));
    let wait: u32 = right.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
}

#[tokio::test]
async fn guesses_are_counted_per_address_and_end_with_the_period() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let from = async |address: &str| {
        let call = Call::anonymous().json(&credentials("ada@example.org", PASSWORD));
        app.call(&crate::identity::sign_in::ROUTE, call.from_address(address)).await.status
    };
    app.execute(
        "insert into identity.attempts (key, count) values (sha256('sign_in_from:192.0.2.1'), 100)",
    )
    .await;

    let stuffed = from("192.0.2.1").await;
    let elsewhere = from("192.0.2.2").await;
    app.execute("update identity.attempts set began_at = began_at - interval '15 minutes'").await;
    let later = from("192.0.2.1").await;

    assert_eq!((stuffed, elsewhere, later), (429, 200, 200));
}

#[tokio::test]
async fn a_right_password_begins_the_count_anew() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    app.execute(
        "insert into identity.attempts (key, count) values (sha256('sign_in:ada@example.org'), 9)",
    )
    .await;

    tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let wrong = sign_in(&app, "ada@example.org", "not the right one").await;

    assert_eq!(wrong.status, 401);
}

#[tokio::test]
async fn mails_to_one_address_are_few() {
    let app = App::empty(Domain::Platform).await;
    let ask = async || {
        post(&app, &request_password_reset::ROUTE, &json!({ "email": "eve@example.org" }))
            .await
            .status
    };

    let five = [ask().await, ask().await, ask().await, ask().await, ask().await];
    let sixth = ask().await;

    assert_eq!((five, sixth), ([202; 5], 429));
    assert_eq!(app.count("platform.outbox_events").await, 5);
}

#[tokio::test]
async fn look_alikes_and_lines_are_no_addresses() {
    let app = App::empty(Domain::Platform).await;
    let addresses = [
        "ad\u{430}@example.org",
        "ada@ex\u{430}mple.org",
        "ada@example.org\u{200b}",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org, eve@example.org",
        "<ada@example.org>",
        "ada@@example.org",
        "ada@example.org\0",
    ];

    for address in addresses {
        let answer = post(&app, &sign_up::ROUTE, &credentials(address, PASSWORD)).await;
        assert_eq!((answer.status, answer.place()), (422, "/email"), "{address:?}");
    }
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let call = Call::anonymous().text("application/json", deep);
    assert_eq!(app.call(&sign_up::ROUTE, call).await.status, 400);
    let call = Call::anonymous().text("application/json", format!("\"{}\"", "x".repeat(5000)));
    assert_eq!(app.call(&sign_up::ROUTE, call).await.status, 413);
    assert_eq!(app.count("party.contacts").await, 0);
}
