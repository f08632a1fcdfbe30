//! What processors tell of payments, as postings: the tables of docs/finance.md are these.
use serde_json::{Value, json};
use testdb::Call;

use super::golden::{Books, PROJECT, is_documented, pence};
use crate::{contributions, processors};

const CHARGE: &str = "charge.settled";

impl Books {
    /// The lines of the newest journal of a kind, as the documentation has them.
    async fn newest_of(&self, kind: &str) -> String {
        let lines = self.newest(kind).await;
        is_documented(&lines);
        lines
    }

    /// A partner gets so much from the fund of the project.
    async fn spend(&self, minor: i64) {
        let fund = format!("(select id from ledger.funds where code = 'project:{PROJECT}')");
        let sql = format!(
            "select ledger.book(null, 'disbursement.approved', finance.today(), 'test', gen_random_uuid(), 'GBP',
               array['5000', '2100'], array[{fund}, null], array[{minor}, -{minor}], null, null)"
        );
        self.app.execute(&sql).await;
    }

    /// A gift of 100.00 that arrived by its processor, and 1.70 that it kept.
    async fn arrived(&self, payment: &str) -> Value {
        let gift = self.promised(payment, &json!({})).await;
        let charge = json!({ "payment_ref": payment, "amount": pence(10_000), "fee": pence(170) });
        self.tell(&format!("{payment} in"), CHARGE, &charge).await;
        self.found(&gift).await
    }

    async fn found(&self, gift: &Value) -> Value {
        let call = Call::role("auditor").path(gift["id"].as_str().unwrap());
        self.app.call(&contributions::find::ROUTE, call).await.body
    }

    async fn listed(&self, route: &'static api::Route, query: &str) -> Vec<Value> {
        let answer = self.app.call(route, Call::role("auditor").query(query)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_payment_that_arrives_posts_what_a_person_would() {
    let books = Books::new().await;

    let gift = books.arrived("PM1").await;
    let again = json!({ "payment_ref": "PM1", "amount": pence(10_000), "fee": pence(170) });
    books.told("twice", CHARGE, &again).await;
    books
        .told("late", "charge.failed", &json!({ "payment_ref": "PM1", "reason": "Declined" }))
        .await;
    let ignored = books.processed().await;
    let other = books.promised("PM2", &json!({})).await;
    let no = json!({ "payment_ref": "PM2", "reason": "Insufficient funds" });
    books.tell("no", "charge.failed", &no).await;
    let failed = books.found(&other).await;
    books.tell("yes", CHARGE, &json!({ "payment_ref": "PM2", "amount": pence(10_000) })).await;

    assert_eq!((&gift["status"], &ignored["ignored"]), (&json!("settled"), &json!(2)));
    assert_eq!(
        books.lines(&gift["journal_id"]).await,
        "1200 - 10000, 4000 P -10000, 5100 P 170, 1200 - -170"
    );
    assert_eq!((&failed["status"], &failed["journal_id"]), (&json!("failed"), &Value::Null));
    assert_eq!(books.found(&other).await["status"], "settled");
    assert_eq!(books.app.count("ledger.journals").await, 2);
    books.are_sound().await;
}

#[tokio::test]
async fn a_payment_in_another_currency_is_settled_in_ours() {
    let books = Books::new().await;
    let seen = json!({ "amount": 11_600, "currency": "EUR" });
    let gift = books.promised("PM1", &json!({ "presentment": seen })).await;

    let charge = json!({ "payment_ref": "PM1", "amount": seen, "fee": pence(200) });
    books.tell("in", CHARGE, &charge).await;

    let gift = books.found(&gift).await;
    assert_eq!(
        books.lines(&gift["journal_id"]).await,
        "1200 - 10000, 4000 P -10000, 5100 P 200, 1200 - -200"
    );
    books.are_sound().await;
}

#[tokio::test]
async fn fees_that_come_by_themselves() {
    let books = Books::new().await;
    books.promised("PM1", &json!({ "tip": pence(500) })).await;
    books.tell("in", CHARGE, &json!({ "payment_ref": "PM1", "amount": pence(10_500) })).await;
    let of_payment =
        json!({ "fee_ref": "F1", "payment_ref": "PM1", "amount": pence(175), "vat": pence(35) });
    books.tell("fee", "fee.charged", &of_payment).await;
    let shared = books.newest_of("fee.charged").await;
    books.told("again", "fee.charged", &of_payment).await;
    let same = json!({ "payment_ref": "PM1", "amount": pence(10_500), "fee": pence(210) });
    books.told("same", CHARGE, &same).await;
    let payout =
        json!({ "payout_ref": "PO1", "amount": pence(10_290), "arrives_on": "2026-11-23" });
    let of_payout =
        json!({ "fee_ref": "F2", "payout_ref": "PO1", "kind": "payout", "amount": pence(25) });
    books.told("early", "fee.charged", &of_payout).await;
    let early = books.processed().await;
    books.told("out", "payout.paid", &payout).await;
    let late = books.processed().await;
    let of_payout = books.newest_of("fee.charged").await;
    let back = json!({ "fee_ref": "F2", "kind": "adjustment", "amount": pence(-25) });
    books.tell("back", "fee.charged", &back).await;

    assert_eq!(shared, "5100 P 200, 5100 GEN 10, 1200 - -210");
    assert_eq!(of_payout, "5100 GEN 25, 1200 - -25");
    assert_eq!((&early["ignored"], &early["waiting"]), (&json!(2), &json!(1)));
    assert_eq!(late["done"], 2);
    assert_eq!(books.newest_of("fee.charged").await, "5100 GEN -25, 1200 - 25");
    let fees = books.listed(&processors::fees::ROUTE, "limit=200").await;
    let kinds: Vec<_> = fees.iter().map(|fee| fee["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["adjustment", "payout", "processing"]);
    assert_eq!(fees[2]["vat_minor"], 35);
    assert_eq!(books.listed(&processors::fees::ROUTE, "filter[kind]=payout").await.len(), 1);
    books.are_sound().await;
}

#[tokio::test]
async fn refunds_are_settled_by_their_processor_and_may_fail_afterwards() {
    let books = Books::new().await;
    let gift = books.arrived("PM1").await;
    let asked = json!({ "reason": "requested", "amount": pence(4_000) });
    let asked = books.refund(&gift, &asked).await;
    let told = |refund: &str, minor: i64| json!({ "payment_ref": "PM1", "refund_ref": refund, "amount": pence(minor) });
    let status = "select string_agg(status || ' ' || amount_minor, ', ' order by created_at) from giving.refunds";

    books.tell("out", "refund.settled", &told("RF1", 4_000)).await;
    let settled = books.newest_of("refund.settled").await;
    let after = books.found(&gift).await;
    books.tell("own", "refund.settled", &told("RF2", 6_000)).await;
    let whole = books.found(&gift).await;
    books.told("much", "refund.settled", &told("RF3", 1)).await;
    let much = books.processed().await;
    books.told("fails", "refund.failed", &told("RF1", 4_000)).await;
    let failed = books.processed().await;
    let reversed = books.newest_of("refund.failed").await;
    books.told("late", "refund.settled", &told("RF1", 4_000)).await;
    let late = books.processed().await;

    assert_eq!((asked.status, &asked.body["status"]), (201, &json!("requested")), "{}", asked.body);
    assert_eq!(settled, "4000 P 4000, 1200 - -4000");
    assert_eq!(after["status"], "partially_refunded");
    assert_eq!(whole["status"], "refunded");
    assert_eq!(much["parked"], 1);
    // What failed gives its room back, and what was refused for want of it is tried again.
    assert_eq!(failed["done"], 2, "{}", books.parked().await);
    assert_eq!(reversed, "4000 P -4000, 1200 - 4000");
    assert_eq!(late["ignored"], 1);
    assert_eq!(books.app.value(status).await, "failed 4000, settled 6000, settled 1");
    assert_eq!(books.found(&gift).await["status"], "partially_refunded");
    books.are_sound().await;
}

#[tokio::test]
async fn disputes_hold_money_back_until_they_are_decided() {
    let books = Books::new().await;
    let [won, lost] = [books.arrived("PM1").await, books.arrived("PM2").await];
    let told = |payment: &str| {
        json!({
            "payment_ref": payment, "dispute_ref": format!("DP {payment}"), "amount": pence(10_000), "fee": pence(2_000),
            "reason": "fraudulent", "respond_by": "2026-12-01",
        })
    };

    books.tell("1", "dispute.warned", &told("PM1")).await;
    books.tell("2", "dispute.opened", &told("PM1")).await;
    let opened = books.newest_of("dispute.opened").await;
    let held = books.found(&won).await;
    let refused = books.refund(&won, &json!({ "reason": "requested" })).await;
    let won_with_fee = json!({ "fee_returned": pence(2_000) });
    let mut won_told = told("PM1");
    won_told.as_object_mut().unwrap().extend(won_with_fee.as_object().unwrap().clone());
    books.tell("3", "dispute.won", &won_told).await;
    let back = books.newest_of("dispute.won").await;
    // The outcome comes first: what it was opened with is posted with it.
    books.tell("4", "dispute.lost", &told("PM2")).await;
    books.told("5", "dispute.opened", &told("PM2")).await;
    let ignored = books.processed().await;
    books.told("6", "dispute.won", &told("PM2")).await;
    let contradicted = books.processed().await;

    assert_eq!(opened, "1210 - 10000, 1200 - -10000, 5120 GEN 2000, 1200 - -2000");
    assert_eq!(held["status"], "disputed");
    assert_eq!((refused.status, refused.code()), (409, "disputed"), "{}", refused.body);
    assert_eq!(back, "1200 - 10000, 1210 - -10000, 1200 - 2000, 5120 GEN -2000");
    assert_eq!(books.newest_of("dispute.lost").await, "4000 P 10000, 1210 - -10000");
    assert_eq!((&ignored["ignored"], &contradicted["parked"]), (&json!(1), &json!(1)));
    assert_eq!(books.found(&won).await["status"], "settled");
    assert_eq!(books.found(&lost).await["status"], "charged_back");
    assert_eq!(books.held().await, "9660");
    let listed = books.listed(&processors::disputes::ROUTE, "filter[status]=lost").await;
    assert_eq!((listed.len(), &listed[0]["fee_minor"]), (1, &json!(2_000)));
    assert_eq!(listed[0]["respond_by"], "2026-12-01");
    books.are_sound().await;
}

#[tokio::test]
async fn a_lost_dispute_of_money_that_is_spent_is_made_up_for_by_the_platform() {
    let books = Books::new().await;
    books.give(&json!({ "project_ref": null })).await;
    let promise = json!({ "fee_cover": pence(170), "tip": pence(500) });
    let gift = books.promised("PM1", &promise).await;
    let charge = json!({ "payment_ref": "PM1", "amount": pence(10_670), "fee": pence(170) });
    books.tell("in", CHARGE, &charge).await;
    let part = json!({ "payment_ref": "PM1", "refund_ref": "RF1", "amount": pence(1_000) });
    books.tell("part", "refund.settled", &part).await;
    books.spend(4_000).await;
    let before = books.held().await;

    let much = json!({ "payment_ref": "PM1", "dispute_ref": "DP0", "amount": pence(9_671) });
    books.told("much", "dispute.lost", &much).await;
    let refused = books.processed().await;
    let rest = json!({ "payment_ref": "PM1", "dispute_ref": "DP1", "amount": pence(9_670) });
    books.tell("rest", "dispute.lost", &rest).await;
    let lost = books.newest("dispute.lost").await;
    let held = books.held().await;
    books.arrived("PM2").await;
    books.spend(4_000).await;
    let all = json!({ "payment_ref": "PM2", "dispute_ref": "DP2", "amount": pence(10_000) });
    books.tell("all", "dispute.lost", &all).await;

    assert_eq!((before.as_str(), &refused["parked"]), ("5008", &json!(1)));
    assert_eq!(
        lost,
        "4000 P 9017, 4030 P 153, 4040 GEN 500, 1210 - -9670, 3900 GEN 4162, 3900 P -4162"
    );
    assert_eq!((held.as_str(), &books.found(&gift).await["status"]), ("0", &json!("charged_back")));
    assert_eq!(
        books.newest_of("dispute.lost").await,
        "4000 P 10000, 1210 - -10000, 3900 GEN 4170, 3900 P -4170"
    );
    books.are_sound().await;
}

#[tokio::test]
async fn payouts_leave_clearing_and_come_back_exactly() {
    let books = Books::new().await;
    books.arrived("PM1").await;
    let told = |payout: &str, minor: i64| json!({ "payout_ref": payout, "amount": pence(minor), "arrives_on": "2026-11-23", "reason": "Account closed" });

    books.tell("1", "payout.paid", &told("PO1", 9_830)).await;
    let sent = books.newest_of("payout.sent").await;
    books.tell("2", "payout.failed", &told("PO1", 9_830)).await;
    let back = books.newest_of("payout.failed").await;
    books.told("3", "payout.paid", &told("PO1", 9_830)).await;
    books.told("4", "payout.paid", &told("PO2", 9_830)).await;
    books.told("5", "payout.failed", &told("PO3", 1)).await;
    books.told("6", "payout.paid", &told("PO3", 1)).await;
    books.told("7", "payout.paid", &told("PO2", 9_831)).await;
    let done = books.processed().await;

    assert_eq!(sent, "1010 - 9830, 1200 - -9830");
    assert_eq!(back, "1010 - -9830, 1200 - 9830");
    assert_eq!(
        (&done["ignored"], &done["done"], &done["parked"]),
        (&json!(2), &json!(2), &json!(1)),
        "{done}"
    );
    let payouts = books.listed(&processors::payouts::ROUTE, "filter[processor]=gocardless").await;
    let states: Vec<_> = payouts.iter().map(|payout| payout["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["failed", "paid", "failed"]);
    assert_eq!(payouts[2]["failure_reason"], "Account closed");
    assert!(payouts[2]["reversal_journal_id"].is_string() && payouts[0]["journal_id"].is_null());
    let balance = "select string_agg(code || ' ' || balance, ', ' order by code) from ledger.trial_balance where code in ('1010', '1200')";
    assert_eq!(books.app.value(balance).await, "1010 9830, 1200 0");
    books.are_sound().await;
}

#[tokio::test]
async fn each_message_is_one_round_trip() {
    let books = Books::new().await;
    books.promised("PM1", &json!({})).await;
    books.told("in", CHARGE, &json!({ "payment_ref": "PM1", "amount": pence(10_000) })).await;

    let ran = books.app.run(&crate::jobs::process_webhooks::JOB).await;

    // What is due, the message, and that no more is due.
    let log: Value = serde_json::from_str(&ran.log).unwrap();
    assert_eq!((&log["done"]["done"], &log["round_trips"]), (&json!(1), &json!(3)));
}
