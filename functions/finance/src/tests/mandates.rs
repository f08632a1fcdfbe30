//! Standing promises to give: once per due date, whoever comes first.
use serde_json::{Value, json};
use testdb::{Answer, Call};

use super::golden::{Books, pence};
use crate::{
    contributors::erase,
    jobs::collect_mandates,
    mandates::{activate, cancel, create, find, list, pause, resume},
    webhooks,
};

mod ended;

const CHARGE: &str = "charge.settled";

impl Books {
    async fn promise(&self, more: &Value) -> Value {
        let mut body = json!({
            "contributor_id": self.ada, "processor": "gocardless", "amount": pence(500), "frequency": "monthly",
            "starts_on": "2026-01-31",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.app.call(&create::ROUTE, self.call("treasurer").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    async fn take(&self, route: &'static api::Route, mandate: &Value, body: &Value) -> Answer {
        let call = self.call("treasurer").path(mandate["id"].as_str().unwrap());
        let call = call.header("if-match", format!("\"{}\"", mandate["version"]));
        let call = if *body == Value::Null { call } else { call.json(body) };
        self.app.call(route, call).await
    }

    async fn active(&self, more: &Value, reference: &str) -> Value {
        let made = self.promise(more).await;
        let active =
            self.take(&activate::ROUTE, &made, &json!({ "processor_ref": reference })).await;
        assert_eq!(active.status, 200, "{}", active.body);
        active.body
    }

    /// As if its next due date were that many days ago.
    async fn due(&self, mandate: &Value, days_ago: i32) {
        let id = mandate["id"].as_str().unwrap();
        let sql = format!(
            "update giving.recurring_mandates set next_on = finance.today() - {days_ago} where id = '{id}'"
        );
        self.app.execute(&sql).await;
    }

    async fn collected(&self) -> Value {
        self.app.run(&collect_mandates::JOB).await.result.unwrap()
    }
}

#[tokio::test]
async fn a_mandate_takes_its_steps_and_no_others() {
    let books = Books::new().await;
    let made = books.promise(&json!({})).await;
    let other = books.active(&json!({}), "MD2").await;

    let early = books.take(&pause::ROUTE, &made, &Value::Null).await;
    let taken = books.take(&activate::ROUTE, &made, &json!({ "processor_ref": "MD2" })).await;
    let active = books.take(&activate::ROUTE, &made, &json!({ "processor_ref": "MD1" })).await;
    let stale = books.take(&pause::ROUTE, &made, &Value::Null).await;
    let paused = books.take(&pause::ROUTE, &active.body, &Value::Null).await;
    let resumed = books.take(&resume::ROUTE, &paused.body, &Value::Null).await;
    let cancelled = books.take(&cancel::ROUTE, &resumed.body, &json!({ "reason": "Moved" })).await;
    let again = books.take(&resume::ROUTE, &cancelled.body, &Value::Null).await;
    let over = books.promise(&json!({ "ends_on": "2026-02-28" })).await;
    let over = books.take(&activate::ROUTE, &over, &json!({ "processor_ref": "MD3" })).await;
    let shown =
        books.app.walk(&list::ROUTE, Call::role("auditor").query("limit=1"), "status").await;
    let found = Call::role("auditor").path(other["id"].as_str().unwrap());
    let found = books.app.call(&find::ROUTE, found).await;

    for refused in [&early, &again, &over] {
        assert_eq!((refused.status, refused.code()), (409, "mandate_state"), "{}", refused.body);
    }
    assert_eq!((taken.status, taken.code()), (409, "conflict"), "{}", taken.body);
    assert_eq!((stale.status, stale.code()), (412, "stale_version"));
    assert_eq!(
        (&paused.body["next_on"], resumed.body["next_on"].is_string()),
        (&Value::Null, true)
    );
    assert_eq!(cancelled.body["cancel_reason"], "Moved");
    assert_eq!(shown, ["pending", "active", "cancelled"]);
    assert_eq!(found.body["processor_ref"], "MD2");
}

#[tokio::test]
async fn days_of_collection_keep_their_distance_from_the_first() {
    let books = Books::new().await;
    let after = async |frequency: &str, day: &str, starts: &str, after: &str| {
        let sql = format!(
            "select giving.mandate_day(jsonb_populate_record(null::giving.recurring_mandates, jsonb_build_object(
               'frequency', '{frequency}', 'day_of_month', {day}, 'starts_on', '{starts}')), '{after}')::text"
        );
        books.app.value(&sql).await
    };

    for (frequency, day, starts, last, next) in [
        ("monthly", "null", "2026-01-31", "2026-01-01", "2026-01-31"),
        ("monthly", "null", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("monthly", "null", "2026-01-31", "2026-02-28", "2026-03-31"),
        ("monthly", "5", "2026-01-31", "2026-01-30", "2026-02-05"),
        ("monthly", "28", "2026-01-28", "2026-01-27", "2026-01-28"),
        ("weekly", "null", "2026-01-01", "2026-11-21", "2026-11-26"),
        ("quarterly", "null", "2025-11-30", "2025-11-30", "2026-02-28"),
        ("quarterly", "null", "2025-11-30", "2026-02-28", "2026-05-30"),
        ("yearly", "null", "2024-02-29", "2026-02-28", "2027-02-28"),
        ("yearly", "null", "2024-02-29", "2027-02-28", "2028-02-29"),
    ] {
        assert_eq!(after(frequency, day, starts, last).await, next, "{frequency} {starts} {last}");
    }
}

#[tokio::test]
async fn a_due_date_is_one_contribution_whether_the_job_or_the_message_comes_first() {
    let books = Books::new().await;
    let today = books.app.value("select finance.today()::text").await;
    let weekly = json!({ "frequency": "weekly", "starts_on": today });
    for reference in ["MD1", "MD2", "MD3"] {
        books.active(&weekly, reference).await;
    }
    let charge = |payment: &str, mandate: &str, due_on: &str| {
        json!({
            "payment_ref": payment, "mandate_ref": mandate, "due_on": due_on, "amount": pence(500), "fee": pence(20),
        })
    };
    let failed = |payment: &str| json!({ "payment_ref": payment, "mandate_ref": "MD3", "due_on": today, "reason": "No money" });

    books.tell("m2", CHARGE, &charge("PM2", "MD2", &today)).await;
    let first = books.collected().await;
    let second = books.collected().await;
    books.tell("m1", CHARGE, &charge("PM1", "MD1", &today)).await;
    books.told("m1 again", CHARGE, &charge("PM1", "MD1", &today)).await;
    let again = books.processed().await;
    // A payment that failed is followed by another one; that the first failed is then told again.
    books.tell("m3 no", "charge.failed", &failed("PM3")).await;
    books.tell("m3 yes", CHARGE, &charge("PM4", "MD3", &today)).await;
    books.told("m3 no, late", "charge.failed", &failed("PM3")).await;
    let late = books.processed().await;

    assert_eq!(first, json!({ "expected": 3, "complete": true }));
    assert_eq!(second, json!({ "expected": 0, "complete": true }));
    assert_eq!((&again["ignored"], &late["ignored"]), (&json!(1), &json!(1)), "{again} {late}");
    let gifts = "select string_agg(status || ' ' || provider_ref, ', ' order by provider_ref) from giving.contributions";
    assert_eq!(books.app.value(gifts).await, "settled PM1, settled PM2, settled PM4");
    assert_eq!(books.app.count("ledger.journals where kind = 'contribution.settled'").await, 3);
    let due = "finance.outbox_events where topic = 'finance.mandate.due.v1'";
    assert_eq!(books.app.count(due).await, 3);
    books.are_sound().await;
}

#[tokio::test]
async fn a_payment_that_no_due_date_expects_is_parked_and_one_that_is_early_waits() {
    let books = Books::new().await;
    let today = books.app.value("select finance.today()::text").await;
    let yesterday = books.app.value("select (finance.today() - 1)::text").await;
    let weekly = json!({ "frequency": "weekly", "starts_on": today });
    books.active(&weekly, "MD1").await;
    let early = books.promise(&weekly).await;
    let charge = |payment: &str, mandate: &str, due_on: &str| json!({ "payment_ref": payment, "mandate_ref": mandate, "due_on": due_on, "amount": pence(500) });
    books.tell("m1", CHARGE, &charge("PM1", "MD1", &today)).await;
    books.told("m2", CHARGE, &charge("PM2", "MD1", &today)).await;
    books.told("m3", CHARGE, &charge("PM3", "MD1", &yesterday)).await;
    books.told("m4", CHARGE, &charge("PM4", "MD2", &today)).await;
    books
        .told(
            "m5",
            CHARGE,
            &json!({ "payment_ref": "PM5", "mandate_ref": "MD1", "amount": pence(500) }),
        )
        .await;

    let ran = books.processed().await;
    let parked = books.parked().await;
    let active = books.take(&activate::ROUTE, &early, &json!({ "processor_ref": "MD2" })).await;
    let woken = books.processed().await;

    assert_eq!((&ran["parked"], &ran["waiting"]), (&json!(3), &json!(1)), "{ran}");
    for why in ["was paid by PM1", "is not due on", "mandate_ref goes with due_on"] {
        assert!(parked.contains(why), "{parked}");
    }
    assert_eq!(active.status, 200, "{}", active.body);
    assert_eq!(woken["done"], 1, "{}", books.parked().await);
    assert_eq!(books.app.count("ledger.journals").await, 2);
    books.are_sound().await;
}

#[test]
fn stripe_names_the_due_date_in_the_metadata_of_a_payment() {
    let read = |kind: &str, metadata: Value| {
        let object = json!({
            "id": "pi_1", "amount_received": 500, "currency": "gbp", "metadata": metadata,
        });
        let event = json!({ "id": "evt_1", "type": kind, "data": { "object": object } });
        webhooks::read("stripe", event.to_string().as_bytes())
    };
    let named = json!({ "mandate_ref": "MD1", "due_on": "2026-11-22" });

    let [paid, failed] = ["payment_intent.succeeded", "payment_intent.payment_failed"]
        .map(|kind| serde_json::to_value(read(kind, named.clone()).unwrap()).unwrap());
    let other = serde_json::to_value(read("payment_intent.succeeded", json!({})).unwrap()).unwrap();
    let half = read("payment_intent.succeeded", json!({ "mandate_ref": "MD1" }));
    let no_day =
        read("payment_intent.succeeded", json!({ "mandate_ref": "MD1", "due_on": "soon" }));

    for fact in [&paid, &failed] {
        assert_eq!((&fact["mandate_ref"], &fact["due_on"]), (&json!("MD1"), &json!("2026-11-22")));
    }
    assert!(other.get("mandate_ref").is_none(), "{other}");
    assert!(half.is_err() && no_day.is_err());
}

#[tokio::test]
async fn what_was_missed_is_collected_date_by_date_and_nothing_after_the_last() {
    let books = Books::new().await;
    let ends = books.app.value("select (finance.today() + 3)::text").await;
    let mandate = json!({ "frequency": "weekly", "starts_on": books.app.value("select (finance.today() - 14)::text").await, "ends_on": ends });
    let late = books.active(&mandate, "MD1").await;
    let paused = books.active(&json!({}), "MD2").await;
    books.due(&late, 14).await;
    books.due(&paused, 1).await;
    let paused =
        books.take(&pause::ROUTE, &json!({ "id": paused["id"], "version": 3 }), &Value::Null).await;

    // One that is killed half-way leaves nothing, and holds nobody up; then two at once.
    let killed = books.app.database.superuser().await;
    killed.batch_execute("begin; select giving.collect_mandates(1)").await.unwrap();
    let beside = books.collected().await;
    let pid = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like '%collect_mandates(1)%' and pid <> pg_backend_pid() and datname = current_database()";
    books.app.execute(pid).await;
    assert_eq!(beside["expected"], 0, "{beside}");
    let (one, two) = tokio::join!(books.collected(), books.collected());
    let rest = books.collected().await;

    assert_eq!(paused.status, 200, "{}", paused.body);
    let sum = |member: &str| {
        one[member].as_i64().unwrap()
            + two[member].as_i64().unwrap()
            + rest[member].as_i64().unwrap()
    };
    assert_eq!(sum("expected"), 3, "{one} {two} {rest}");
    let dates = "select string_agg((finance.today() - mandate_due_on)::text, ' ' order by mandate_due_on) from giving.contributions";
    assert_eq!(books.app.value(dates).await, "14 7 0");
    let status =
        "select string_agg(status, ' ' order by processor_ref) from giving.recurring_mandates";
    assert_eq!(books.app.value(status).await, "expired paused");
    books.are_sound().await;
}

#[tokio::test]
async fn what_cannot_be_promised_is_refused_where_it_is_wrong() {
    let books = Books::new().await;
    let with = |more: Value| {
        let mut body = json!({
            "contributor_id": books.ada, "processor": "gocardless", "amount": pence(500), "frequency": "monthly",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, place) in [
        (with(json!({ "processor": "manual" })), "/processor"),
        (with(json!({ "processor": "bank_transfer" })), "/processor"),
        (with(json!({ "processor": "nobody" })), "/processor"),
        (with(json!({ "amount": { "amount": 500, "currency": "JPY" } })), "/amount/currency"),
        (with(json!({ "amount": pence(0) })), "/amount/amount"),
        (with(json!({ "day_of_month": 29 })), "/day_of_month"),
        (with(json!({ "frequency": "weekly", "day_of_month": 1 })), "/day_of_month"),
        (with(json!({ "frequency": "daily" })), "/frequency"),
        (with(json!({ "starts_on": "2026-01-02", "ends_on": "2026-01-01" })), "/ends_on"),
        (with(json!({ "contributor_id": types::ContributorId::new() })), "/contributor_id"),
    ] {
        let answer = books.app.call(&create::ROUTE, books.call("treasurer").json(&body)).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    assert_eq!(books.app.count("giving.recurring_mandates").await, 0);
}

#[tokio::test]
async fn from_somebody_who_is_erased_nothing_is_collected_any_more() {
    let books = Books::new().await;
    books.active(&json!({}), "MD1").await;
    let call = Call::role("treasurer").path(&books.ada).header("if-match", "\"1\"");

    let erased = books.app.call(&erase::ROUTE, call).await;

    assert_eq!(erased.status, 200, "{}", erased.body);
    let status = "select status || coalesce(next_on::text, '') from giving.recurring_mandates";
    assert_eq!(books.app.value(status).await, "cancelled");
    let told = "finance.outbox_events where topic = 'finance.mandate.cancelled.v1' and payload ->> 'mandate_ref' = 'MD1'";
    assert_eq!(books.app.count(told).await, 1);
    books.are_sound().await;
}
