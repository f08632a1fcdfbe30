//! What stops a mandate, and what is not collected any more.
use serde_json::{Value, json};
use testdb::Call;

use super::CHARGE;
use crate::{
    contributors::{delete, restore},
    mandates::{activate, pause, resume},
    tests::golden::{Books, pence},
    webhooks,
};

#[tokio::test]
async fn what_its_processor_has_ended_is_collected_no_more_in_whatever_order_that_is_told() {
    let books = Books::new().await;
    let today = books.app.value("select finance.today()::text").await;
    let weekly = json!({ "frequency": "weekly", "starts_on": today });
    let end = |mandate: &str| json!({ "mandate_ref": mandate, "reason": "Account closed" });
    books.active(&weekly, "MD1").await;
    let two = books.active(&weekly, "MD2").await;
    let early = books.promise(&weekly).await;
    let paused = books.active(&weekly, "MD4").await;
    let paused = books.take(&pause::ROUTE, &paused, &Value::Null).await;
    assert_eq!(paused.status, 200, "{}", paused.body);
    let expected = books.collected().await;
    assert_eq!(expected["expected"], 2, "{expected}");

    for (id, kind, mandate) in [
        ("1", "mandate.ended", "MD1"),
        ("1 again", "mandate.ended", "MD1"),
        ("1 otherwise", "mandate.failed", "MD1"),
        ("2", "mandate.failed", "MD2"),
        ("3, before it is active", "mandate.failed", "MD3"),
        ("4, while it is paused", "mandate.failed", "MD4"),
        ("nobody's", "mandate.ended", "MD9"),
    ] {
        books.told(id, kind, &end(mandate)).await;
    }
    books.told("no name", "mandate.ended", &json!({})).await;
    let ran = books.processed().await;
    let active = books.take(&activate::ROUTE, &early, &json!({ "processor_ref": "MD3" })).await;
    let woken = books.processed().await;
    // The bank had the order before: what was paid for a day before the end is a gift all the same.
    let charge = json!({ "payment_ref": "PM2", "mandate_ref": "MD2", "due_on": today, "amount": pence(500) });
    books.tell("late", CHARGE, &charge).await;
    let again =
        books.take(&resume::ROUTE, &json!({ "id": two["id"], "version": 4 }), &Value::Null).await;

    let counts = ["done", "ignored", "waiting", "parked"].map(|count| ran[count].as_i64().unwrap());
    assert_eq!(counts, [3, 2, 2, 1], "{ran}");
    assert_eq!((active.status, &woken["done"]), (200, &json!(1)), "{}", active.body);
    assert_eq!(books.app.count("giving.recurring_mandates where next_on is not null").await, 0);
    assert_eq!(again.code(), "mandate_state", "{}", again.body);
    let states = "select string_agg(processor_ref || ' ' || status || ' ' || cancel_reason, ', ' order by processor_ref)
      from giving.recurring_mandates";
    assert_eq!(
        books.app.value(states).await,
        "MD1 cancelled Account closed, MD2 failed Account closed, MD3 failed Account closed, MD4 failed Account closed"
    );
    let gifts = "select string_agg(status || coalesce(' ' || provider_ref, ''), ', ' order by status) from giving.contributions";
    assert_eq!(books.app.value(gifts).await, "failed, settled PM2");
    let told = "select string_agg(topic, ' ' order by topic) from finance.outbox_events
      where topic ~ 'mandate.(cancelled|failed)'";
    assert_eq!(
        books.app.value(told).await,
        "finance.mandate.cancelled.v1 finance.mandate.failed.v1 finance.mandate.failed.v1 finance.mandate.failed.v1"
    );
    books.are_sound().await;
}

#[tokio::test]
async fn nothing_is_collected_of_the_days_of_a_pause_or_of_an_absence() {
    let books = Books::new().await;
    let since = books.app.value("select (finance.today() - 15)::text").await;
    let until = books.app.value("select (finance.today() - 1)::text").await;
    let weekly = json!({ "frequency": "weekly", "starts_on": since });
    let paused = books.active(&weekly, "MD1").await;
    let absent = books.active(&weekly, "MD2").await;
    let over = books.active(&weekly, "MD3").await;
    for mandate in [&paused, &absent, &over] {
        books.due(mandate, 15).await;
    }
    let sql = format!(
        "update giving.recurring_mandates set ends_on = '{until}' where processor_ref = 'MD3'"
    );
    books.app.execute(&sql).await;
    let paused = json!({ "id": paused["id"], "version": 3 });
    let paused = books.take(&pause::ROUTE, &paused, &Value::Null).await;
    let tag = Call::role("treasurer").path(&books.ada).header("if-match", "\"1\"");

    let gone = books.app.call(&delete::ROUTE, tag).await;
    let meanwhile = books.collected().await;
    let resumed = books.take(&resume::ROUTE, &paused.body, &Value::Null).await;
    let back = books.app.call(&restore::ROUTE, Call::role("treasurer").path(&books.ada)).await;
    let after = books.collected().await;

    assert_eq!((gone.status, back.status), (204, 200), "{} {}", gone.body, back.body);
    assert_eq!(resumed.status, 200, "{}", resumed.body);
    assert_eq!((&meanwhile["expected"], &after["expected"]), (&json!(0), &json!(0)), "{after}");
    let next =
        "select string_agg(status || ' ' || coalesce((next_on - finance.today())::text, '-'), ', '
      order by processor_ref) from giving.recurring_mandates";
    assert_eq!(books.app.value(next).await, "active 6, active 6, expired -");
    books.are_sound().await;
}

#[test]
fn stripe_says_that_a_subscription_or_a_mandate_has_ended() {
    let read = |kind: &str, object: Value| {
        let event = json!({ "id": "evt_1", "type": kind, "data": { "object": object } });
        serde_json::to_value(webhooks::read("stripe", event.to_string().as_bytes()).unwrap())
            .unwrap()
    };
    let subscription = |reason: Value, metadata: Value| {
        let object = json!({ "id": "sub_1", "cancellation_details": { "reason": reason }, "metadata": metadata });
        read("customer.subscription.deleted", object)
    };
    let mandate =
        |status: &str| read("mandate.updated", json!({ "id": "mandate_1", "status": status }));
    let told = |kind: &str, mandate: &str, reason: Value| json!({ "kind": kind, "mandate_ref": mandate, "reason": reason });

    for (read, fact) in [
        (subscription(Value::Null, json!({})), told("mandate.ended", "sub_1", Value::Null)),
        (
            subscription(json!("cancellation_requested"), json!({ "mandate_ref": "MD1" })),
            told("mandate.ended", "MD1", json!("cancellation_requested")),
        ),
        (
            subscription(json!("payment_failed"), json!({ "mandate_ref": " " })),
            told("mandate.failed", "sub_1", json!("payment_failed")),
        ),
        (
            mandate("inactive"),
            told("mandate.failed", "mandate_1", json!("The mandate is inactive.")),
        ),
        (mandate("active"), Value::Null),
        (mandate("pending"), Value::Null),
    ] {
        assert_eq!(read, fact);
    }
}
