//! What payment providers tell us: who is believed, what is taken in, and what it does to the books.
use db::Domain;
use ring::hmac;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use super::golden::{Books, pence};
use crate::{
    jobs::process_webhooks,
    webhooks::{list, receive, retry, signature::VARIABLE},
};

mod order;
mod reading;
mod signatures;

/// Whoever follows Standard Webhooks, with our own words.
const PROVIDER: &str = "gocardless";

fn now() -> i64 {
    types::Timestamp::now().as_second()
}

/// The key that a local function knows a provider by.
fn secret(app: &App, provider: &str) -> String {
    let all = app.var(VARIABLE).unwrap().to_owned();
    let pair = all.split(',').find(|pair| pair.starts_with(provider)).unwrap();
    pair.split_once('=').unwrap().1.to_owned()
}

/// A message as Standard Webhooks has it signed.
fn signed(secret: &str, id: &str, at: i64, body: &str) -> Call {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    Call::anonymous()
        .path(PROVIDER)
        .header("webhook-id", id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", format!("v1,{tag}"))
        .text("application/json", body)
}

impl Books {
    /// A message in our words, taken in.
    pub(super) async fn told(&self, id: &str, kind: &str, data: &Value) -> Answer {
        let body = json!({ "type": kind, "timestamp": "2026-11-20T10:00:00Z", "data": data });
        let call = signed(&secret(&self.app, PROVIDER), id, now(), &body.to_string());
        let answer = self.app.call(&receive::ROUTE, call).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }

    /// What the job did with all that is due.
    pub(super) async fn processed(&self) -> Value {
        let done = self.app.run(&process_webhooks::JOB).await.result.unwrap();
        assert_eq!(done["complete"], true, "{done}");
        done
    }

    /// The same, and that it was acted on.
    pub(super) async fn tell(&self, id: &str, kind: &str, data: &Value) {
        self.told(id, kind, data).await;
        assert_eq!(self.processed().await["done"], 1, "{}", self.parked().await);
    }

    /// A gift that its processor has still to confirm.
    pub(super) async fn promised(&self, payment: &str, more: &Value) -> Value {
        let mut body = json!({ "processor": PROVIDER, "processor_ref": payment });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.give(&body).await
    }

    /// Why messages are not acted on.
    pub(super) async fn parked(&self) -> String {
        self.app
            .value(
                "select coalesce(string_agg(e.event_id || ': ' || a.error, '; ' order by e.event_id), '')
                 from finance.webhook_queue q
                 join finance.webhook_events e on e.id = q.webhook_event_id
                 left join lateral (
                   select error from finance.webhook_attempts where webhook_event_id = e.id order by attempt desc limit 1
                 ) a on true
                 where q.due_at is null",
            )
            .await
    }
}

#[tokio::test]
async fn what_is_signed_is_kept_once_and_nothing_else_is_kept() {
    let app = App::empty(Domain::Finance).await;
    let (old, new) = ("whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0", "whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0");
    let app = app.set(VARIABLE, Some(&format!("{PROVIDER}={new}, {PROVIDER}={old}")));
    let body = r#"{"type": "something.else"}"#;
    let good = signed(new, "m1", now(), body);
    let changed = signed(new, "m2", now(), body).text("application/json", r#"{"type": "other"}"#);
    let stranger = signed("whsec_c3RyYW5nZSBzdHJhbmdlIHNlY3JldA==", "m2", now(), body);
    let cases = [
        (changed, 400, "invalid_signature", "webhook-signature"),
        (stranger, 400, "invalid_signature", "webhook-signature"),
        (signed(new, "m2", now() - 302, body), 400, "signature_expired", "webhook-timestamp"),
        (signed(new, "m2", now() + 302, body), 400, "signature_expired", "webhook-timestamp"),
        (
            Call::anonymous().path(PROVIDER).text("application/json", body),
            400,
            "invalid_signature",
            "webhook-id",
        ),
        (
            Call::anonymous().path("stripe").text("application/json", body),
            404,
            "unknown_processor",
            "provider",
        ),
        (signed(new, "m2", now(), "no JSON"), 422, "invalid_request", ""),
        (signed(new, "m2", now(), r#"{"type": " "}"#), 422, "invalid_request", "/type"),
        (signed(new, &"m".repeat(201), now(), body), 422, "invalid_request", "webhook-id"),
        (signed(new, "m2", now(), &"x".repeat(256 * 1024 + 1)), 413, "body_too_large", ""),
    ];

    for (call, status, code, place) in cases {
        let answer = app.call(&receive::ROUTE, call).await;
        assert_eq!(
            (answer.status, answer.code(), answer.place()),
            (status, code, place),
            "{}",
            answer.body
        );
    }
    assert_eq!(app.count("finance.webhook_events").await, 0);
    let mut fresh = Vec::new();
    for _ in 0..6 {
        let answer = app.call(&receive::ROUTE, good.clone()).await;
        assert_eq!(answer.log["round_trips"], 1);
        fresh.push(answer.body["fresh"].as_bool().unwrap());
    }
    let binary = signed(old, "m3", now(), body).bytes("application/json", body.as_bytes());
    let rotated = app.call(&receive::ROUTE, binary).await;

    assert_eq!(fresh, [true, false, false, false, false, false]);
    assert_eq!(rotated.body, json!({ "event_id": "m3", "fresh": true }));
    assert_eq!(app.count("finance.webhook_events where signature_ok").await, 2);
    let kept =
        "select convert_from(payload, 'UTF8') from finance.webhook_events where event_id = 'm3'";
    assert_eq!(app.value(kept).await, body);
}

#[tokio::test]
async fn a_variable_that_cannot_be_used_is_ours_to_mend() {
    for (value, status) in [("off", 404), ("gocardless", 500), ("gocardless=short", 500)] {
        let app = App::empty(Domain::Finance).await.set(VARIABLE, Some(value));
        let call = signed("whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0", "m1", now(), "{}");
        let answer = app.call(&receive::ROUTE, call).await;

        assert_eq!(answer.status, status, "{value}");
        assert!(!answer.body.to_string().contains("short"));
    }
}

#[tokio::test]
async fn what_cannot_be_acted_on_is_parked_and_stands_in_nobodys_way() {
    let books = Books::new().await;
    books.promised("PM1", &json!({})).await;
    books.promised("PM2", &json!({})).await;
    books.told("a", "charge.settled", &json!({ "payment_ref": "PM1" })).await;
    books
        .told("b", "charge.settled", &json!({ "payment_ref": "PM1", "amount": pence(9_999) }))
        .await;
    books
        .told("c", "fee.charged", &json!({ "fee_ref": "F1", "amount": pence(1), "vat": pence(-1) }))
        .await;
    books.told("d", "customer.updated", &json!({})).await;
    books
        .told("e", "charge.settled", &json!({ "payment_ref": "PM2", "amount": pence(10_000) }))
        .await;

    let first = books.processed().await;
    let parked = books.parked().await;
    let again = books.processed().await;

    assert_eq!(
        first,
        json!({ "done": 1, "ignored": 1, "waiting": 0, "parked": 3, "complete": true })
    );
    assert!(
        parked.starts_with("a: the message cannot be read: missing field `amount`"),
        "{parked}"
    );
    assert!(parked.contains("is 10000, the processor captured 9999"), "{parked}");
    assert!(parked.contains("c: the message cannot be read: VAT of another"), "{parked}");
    assert_eq!(again["parked"], 0);
    assert_eq!(
        books.app.count("finance.outbox_events where topic = 'finance.webhook.parked.v1'").await,
        3
    );
    assert_eq!(books.app.count("ledger.journals").await, 1);
    books.are_sound().await;
}

#[tokio::test]
async fn a_message_that_comes_too_early_waits_for_its_payment() {
    let books = Books::new().await;
    let data = json!({ "payment_ref": "PM1", "refund_ref": "RF1", "amount": pence(10_000) });
    books.told("back", "refund.settled", &data).await;
    let charge = json!({ "payment_ref": "PM1", "amount": pence(10_000) });
    books.told("in", "charge.settled", &charge).await;

    let early = books.processed().await;
    let gift = books.promised("PM1", &json!({})).await;
    let late = books.processed().await;

    assert_eq!((&early["waiting"], &early["done"]), (&json!(2), &json!(0)));
    assert_eq!(
        (&late["done"], &late["parked"]),
        (&json!(2), &json!(0)),
        "{}",
        books.parked().await
    );
    let state = format!(
        "select status from giving.contributions where id = '{}'",
        gift["id"].as_str().unwrap()
    );
    assert_eq!(books.app.value(&state).await, "refunded");
    assert_eq!(books.app.count("finance.webhook_queue").await, 0);
    books.are_sound().await;
}

#[tokio::test]
async fn who_waits_in_vain_is_parked_after_a_day_and_a_half_and_woken_all_the_same() {
    let books = Books::new().await;
    let charge = json!({ "payment_ref": "PM1", "amount": pence(10_000) });
    books.told("in", "charge.settled", &charge).await;

    for _ in 0..12 {
        assert_eq!(books.processed().await["waiting"], 1);
        books
            .app
            .execute("update finance.webhook_queue set due_at = now() where due_at is not null")
            .await;
    }
    let parked = books.parked().await;
    let idle = books.processed().await;
    books.promised("PM1", &json!({})).await;
    let woken = books.processed().await;

    assert_eq!(parked, format!("in: waits for payment {PROVIDER} PM1"));
    assert_eq!((&idle["waiting"], &woken["done"]), (&json!(0), &json!(1)));
    books.are_sound().await;
}

#[tokio::test]
async fn two_workers_act_on_a_message_once() {
    let books = Books::new().await;
    for n in 0..20 {
        let payment = format!("PM{n}");
        books.promised(&payment, &json!({})).await;
        let charge = json!({ "payment_ref": payment, "amount": pence(10_000), "fee": pence(100) });
        books.told(&format!("a{n}"), "charge.settled", &charge).await;
        books.told(&format!("b{n}"), "charge.settled", &charge).await;
    }

    let (one, two) =
        tokio::join!(books.app.run(&process_webhooks::JOB), books.app.run(&process_webhooks::JOB));
    let rest = books.processed().await;

    let counts = [one.result.unwrap(), two.result.unwrap(), rest];
    let sum = |what: &str| counts.iter().map(|count| count[what].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("done"), sum("ignored"), sum("parked")), (20, 20, 0));
    assert_eq!(books.app.count("ledger.journals").await, 20);
    assert_eq!(books.held().await, "198000");
    books.are_sound().await;
}

#[tokio::test]
async fn a_parked_message_is_shown_with_its_reason_and_tried_again_when_somebody_says_so() {
    let books = Books::new().await;
    books.promised("pi_1", &json!({})).await;
    books
        .tell("good", "charge.settled", &json!({ "payment_ref": "pi_1", "amount": pence(10_000) }))
        .await;
    books.told("odd", "charge.settled", &json!({ "payment_ref": "pi_1" })).await;
    assert_eq!(books.processed().await["parked"], 1);
    let shown = async |state: &str| {
        let call = Call::role("auditor").query(format!("filter[state]={state}"));
        books.app.call(&list::ROUTE, call).await.body["data"].clone()
    };
    let retried = async |id: &Value| {
        let call = Call::role("treasurer").path(id.as_str().unwrap());
        books.app.call(&retry::ROUTE, call).await
    };

    let (parked, done) = (shown("parked").await, shown("done").await);
    let again = retried(&parked[0]["id"]).await;
    let (emptied, waiting) = (shown("parked").await, shown("waiting").await);
    let pointless = retried(&done[0]["id"]).await;
    books.processed().await;
    let back = shown("parked").await;

    assert_eq!((&parked[0]["event_id"], &parked[0]["attempts"]), (&json!("odd"), &json!(1)));
    let error = parked[0]["error"].as_str().unwrap();
    assert!(error.contains("amount"), "{error}");
    assert_eq!((again.status, &again.body["state"]), (200, &json!("waiting")), "{}", again.body);
    assert_eq!((emptied.as_array().unwrap().len(), waiting.as_array().unwrap().len()), (0, 1));
    assert_eq!((&done[0]["event_id"], &done[0]["error"]), (&json!("good"), &json!(null)));
    assert_eq!((pointless.status, pointless.code()), (409, "not_waiting"), "{}", pointless.body);
    assert_eq!(back[0]["attempts"], 2);
    books.are_sound().await;
}
