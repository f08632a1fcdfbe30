//! What processors say that they hold for us, and what the books say.
use serde_json::{Value, json};
use testdb::{Answer, Call};

use super::golden::{Books, pence};
use crate::{
    jobs::reconcile_processor,
    processors::{balances, record_balance},
    reconciliations,
};

impl Books {
    /// A day before today.
    async fn ago(&self, days: i32) -> String {
        self.app.value(&format!("select (finance.today() - {days})::text")).await
    }

    async fn report(&self, processor: &str, balance: Value, more: &Value) -> Answer {
        let mut body = json!({ "processor": processor, "balance": balance, "report_ref": "R1" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.call(&record_balance::ROUTE, self.call("treasurer").json(&body)).await
    }

    /// The same, and that it is kept.
    async fn reported(&self, processor: &str, balance: Value) -> Value {
        let answer = self.report(processor, balance, &json!({})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// Gifts of 100.00 that a processor took yesterday, and 1.70 of it.
    async fn took(&self, processor: &str, reference: &str) -> Value {
        let gift = json!({
            "processor": processor, "processor_ref": reference, "fee": pence(170), "occurred_on": self.ago(1).await,
        });
        self.give(&gift).await
    }

    /// A journal of yesterday by hand: so much more is with processors.
    async fn by_hand(&self, minor: i64) {
        let sql = format!(
            "select ledger.book(null, 'journal.manual', finance.today() - 1, 'journal_proposal', gen_random_uuid(), 'GBP',
               array['1200', '4000'], array[null, (select id from ledger.funds where code = 'GEN')],
               array[{minor}, -{minor}], null, null, p_reason => 'test')"
        );
        self.app.execute(&sql).await;
    }

    /// Compared, different, unclear.
    async fn compared(&self) -> [i64; 3] {
        let ran = self.app.run(&reconcile_processor::JOB).await.result.unwrap();
        assert_eq!(ran["complete"], true, "{ran}");
        ["compared", "different", "unclear"].map(|count| ran[count].as_i64().unwrap())
    }

    /// What was kept of comparisons, in the order in which it was found: outcome, ours, theirs and more of it.
    async fn kept(&self) -> String {
        let sql = "select coalesce(string_agg(
               concat_ws(' ', outcome, ours_minor, theirs_minor, currency, detail - 'code'), '; ' order by attempt), '')
             from finance.recon_runs where kind = 'processor'";
        self.app.value(sql).await
    }
}

fn says(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.body);
}

#[tokio::test]
async fn a_report_is_kept_once_for_a_day_and_currency() {
    let books = Books::new().await;
    let (yesterday, first_day, too_old, today) =
        (books.ago(1).await, books.ago(60).await, books.ago(61).await, books.ago(0).await);

    let made = books.reported("stripe", pence(12_500)).await;
    let body = json!({ "processor": "stripe", "balance": pence(12_500), "report_ref": "R1" });
    let key = Call::role("treasurer").header("idempotency-key", "call-1");
    let again = books.app.call(&record_balance::ROUTE, key.clone().json(&body)).await;
    let mut other = body.clone();
    other["balance"] = pence(12_501);
    let misused = books.app.call(&record_balance::ROUTE, key.json(&other)).await;
    let same = books.report("stripe", pence(12_500), &json!({})).await;
    let id = books.report("stripe", pence(0), &json!({ "id": made["id"], "day": first_day })).await;
    let amount = books.report("stripe", pence(12_501), &json!({})).await;
    let reference = books.report("stripe", pence(12_500), &json!({ "report_ref": "R2" })).await;

    assert_eq!((&made["day"], &made["balance"]), (&json!(yesterday), &pence(12_500)));
    assert_eq!((again.status, &again.body), (201, &made));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    says(&misused, 422, "idempotency_key_reused");
    says(&same, 409, "already_recorded");
    says(&id, 409, "already_recorded");
    says(&amount, 409, "conflict");
    says(&reference, 409, "conflict");
    assert_eq!(books.app.count("giving.processor_balances").await, 1);

    for (processor, balance, more, pointer) in [
        ("stripe", pence(1), json!({ "day": today }), "/day"),
        ("stripe", pence(1), json!({ "day": too_old }), "/day"),
        ("stripe", json!({ "amount": 1, "currency": "THB" }), json!({}), "/balance/currency"),
        ("nobody", pence(1), json!({}), "/processor"),
        ("bank_transfer", pence(1), json!({}), "/processor"),
        ("stripe", pence(1), json!({ "report_ref": " " }), "/report_ref"),
        ("stripe", pence(1), json!({ "report_ref": "R".repeat(201) }), "/report_ref"),
    ] {
        let refused = books.report(processor, balance, &more).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.body);
    }
    for (processor, balance, more) in [
        ("stripe", pence(-5), json!({ "day": first_day })),
        ("stripe", json!({ "amount": 0, "currency": "EUR" }), json!({})),
        ("gocardless", pence(12_500), json!({ "report_ref": "R".repeat(200) })),
    ] {
        let kept = books.report(processor, balance, &more).await;
        assert_eq!(kept.status, 201, "{}", kept.body);
    }
    for role in ["auditor", "contributor", "employee"] {
        let call = books
            .call(role)
            .json(&json!({ "processor": "paypal", "balance": pence(1), "report_ref": "R" }));
        says(&books.app.call(&record_balance::ROUTE, call).await, 403, "forbidden");
    }

    for (query, count) in [
        ("", 4),
        ("filter[processor]=stripe", 3),
        ("filter[currency]=EUR", 1),
        (&format!("filter[day][gte]={yesterday}"), 3),
        (&format!("filter[day][lt]={yesterday}"), 1),
        ("filter[processor]=paypal", 0),
    ] {
        let listed = books.app.call(&balances::ROUTE, Call::role("auditor").query(query)).await;
        assert_eq!(
            listed.body["data"].as_array().unwrap().len(),
            count,
            "{query}: {}",
            listed.body
        );
    }
}

#[tokio::test]
async fn of_two_reports_at_once_one_is_kept() {
    let books = Books::new().await;

    let none = json!({});
    let (one, two) = tokio::join!(
        books.report("stripe", pence(1), &none),
        books.report("stripe", pence(2), &none),
    );
    let (three, four) = tokio::join!(
        books.report("paypal", pence(1), &none),
        books.report("paypal", pence(1), &none),
    );

    let ends = |one: &Answer, two: &Answer| {
        let mut ends = [one, two].map(|answer| (answer.status, answer.code().to_owned()));
        ends.sort();
        ends
    };
    assert_eq!(ends(&one, &two)[1], (409, "conflict".to_owned()));
    assert_eq!(ends(&three, &four)[1], (409, "already_recorded".to_owned()));
    assert_eq!(books.app.count("giving.processor_balances").await, 2);
}

#[tokio::test]
async fn what_each_kind_of_message_leaves_with_its_processor_is_compared_with_its_report() {
    let books = Books::new().await;
    assert_eq!(books.compared().await, [0, 0, 0]);
    let yesterday = books.ago(1).await;
    for payment in ["PM1", "PM2"] {
        books.promised(payment, &json!({ "occurred_on": yesterday })).await;
        let charge = json!({ "payment_ref": payment, "amount": pence(10_000), "fee": pence(170) });
        books.tell(payment, "charge.settled", &charge).await;
    }
    let refund = json!({ "payment_ref": "PM1", "refund_ref": "RE1", "amount": pence(4_000) });
    books.tell("refund", "refund.settled", &refund).await;
    let fee = json!({ "fee_ref": "F1", "kind": "account", "amount": pence(25) });
    books.tell("fee", "fee.charged", &fee).await;
    let payout = json!({ "payout_ref": "PO1", "amount": pence(805) });
    books.tell("payout", "payout.paid", &payout).await;
    let dispute = json!({
        "payment_ref": "PM2", "dispute_ref": "DP1", "amount": pence(10_000), "fee": pence(2_000), "reason": "fraudulent",
    });
    books.tell("dispute", "dispute.opened", &dispute).await;
    books.took("stripe", "pi_1").await;
    // Today is no part of yesterday's end, nor are euros of pounds.
    books.give(&json!({ "processor": "stripe", "processor_ref": "pi_2", "fee": pence(170) })).await;
    let euros = json!({ "amount": 9_900, "currency": "EUR" });
    books.give(&json!({ "amount": euros, "occurred_on": yesterday })).await;
    let journals = books.app.count("ledger.journals").await;

    books.reported("gocardless", pence(19_660 - 4_000 - 25 - 805 - 12_000)).await;
    books.reported("stripe", pence(9_829)).await;
    books.reported("paypal", pence(0)).await;
    books.reported("stripe", euros).await;
    let first = books.compared().await;
    let kept = books.kept().await;
    let again = books.compared().await;

    assert_eq!(first, [4, 2, 0]);
    assert_eq!(again, first);
    assert_eq!(
        kept,
        r#"different 0 9900 EUR {"processors": ["stripe"]}; equal 2830 2830 GBP {"processors": ["gocardless"]}; equal 0 0 GBP {"processors": ["paypal"]}; different 9830 9829 GBP {"processors": ["stripe"]}"#
    );
    assert_eq!(books.kept().await, kept, "the same is not told again");
    let told = "finance.outbox_events where topic = 'finance.reconciliation.different.v1'";
    assert_eq!(books.app.count(told).await, 2);
    let told = books
        .app
        .value(&format!("select (payload - 'reconciliation_id')::text from {told} and payload ->> 'currency' = 'GBP'"))
        .await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        told,
        json!({
            "kind": "processor", "day": yesterday, "ours_minor": 9_830, "theirs_minor": 9_829, "currency": "GBP",
            "processors": ["stripe"],
        })
    );
    let shown = Call::role("auditor").query("filter[outcome]=different");
    let shown = books.app.call(&reconciliations::ROUTE, shown).await;
    assert_eq!(shown.body["data"].as_array().unwrap().len(), 2, "{}", shown.body);
    assert_eq!(books.app.count("ledger.journals").await, journals, "nothing is posted");
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_posted_late_for_an_older_day_is_found_by_the_next_run() {
    let books = Books::new().await;
    books.took("stripe", "pi_1").await;
    books.reported("stripe", pence(19_660)).await;

    let early = books.compared().await;
    books.took("stripe", "pi_2").await;
    // Two at the same time: one of them may find the other at work.
    let (one, two) = tokio::join!(
        books.app.run(&reconcile_processor::JOB),
        books.app.run(&reconcile_processor::JOB)
    );
    let late = books.compared().await;

    let (one, two) = (one.result.unwrap(), two.result.unwrap());
    assert!(one["complete"] == true || two["complete"] == true, "{one} {two}");
    assert_eq!((early, late), ([1, 1, 0], [1, 0, 0]));
    assert_eq!(
        books.kept().await,
        r#"different 9830 19660 GBP {"processors": ["stripe"]}; equal 19660 19660 GBP {"processors": ["stripe"]}"#
    );
    // Back to what was told before the last time: that is news again.
    books.took("stripe", "pi_3").await;
    assert_eq!(books.compared().await, [1, 1, 0]);
    assert_eq!(books.app.count("finance.recon_runs").await, 3);
}

#[tokio::test]
async fn what_names_no_processor_makes_all_be_compared_together() {
    let books = Books::new().await;
    books.took("stripe", "pi_1").await;
    books.by_hand(500).await;
    books.reported("stripe", pence(10_330)).await;

    let alone = books.compared().await;
    // Somebody else holds money of ours too, and has not said how much.
    books.took("gocardless", "PM1").await;
    let waits = books.compared().await;
    books.reported("gocardless", pence(9_831)).await;
    let together = books.compared().await;

    assert_eq!((alone, waits, together), ([1, 0, 0], [1, 0, 1], [1, 1, 0]));
    assert_eq!(
        books.kept().await,
        r#"equal 10330 10330 GBP {"processors": ["stripe"], "unnamed_minor": 500}; failed 20160 10330 GBP {"missing": ["gocardless"], "processors": ["stripe"], "unnamed_minor": 500}; different 20160 20161 GBP {"processors": ["gocardless", "stripe"], "unnamed_minor": 500}"#
    );
    let told = "finance.outbox_events where topic = 'finance.reconciliation.different.v1'";
    assert_eq!(books.app.count(told).await, 1);
}
