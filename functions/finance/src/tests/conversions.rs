//! Money that changes its currency: what is posted, at which rate, and what is refused.
use serde_json::{Value, json};
use testdb::{Answer, Call};

use super::golden::{Books, is_documented, pence};
use crate::conversions::{create, find, list};

fn euros(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "EUR" })
}

impl Books {
    /// The fund of the project holds 100.00 euros.
    async fn with_euros() -> (Books, Value) {
        let books = Books::new().await;
        let gift = books.give(&json!({ "amount": euros(10_000) })).await;
        let fund = gift["fund_id"].clone();
        (books, fund)
    }

    async fn convert(&self, fund: &Value, more: &Value) -> Answer {
        let mut body = json!({
            "fund_id": fund, "code": "1200", "provider_ref": "FX-1", "from": euros(10_000),
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.call(&create::ROUTE, self.call("treasurer").json(&body)).await
    }

    async fn holds(&self, fund: &Value, currency: &str) -> String {
        let fund = fund.as_str().unwrap();
        self.app.value(&format!("select ledger.fund_balance('{fund}', '{currency}')::text")).await
    }
}

#[tokio::test]
async fn money_is_changed_in_one_journal_that_balances_in_each_currency() {
    let (books, fund) = Books::with_euros().await;

    let made = books.convert(&fund, &json!({ "to": pence(8_500), "fee": pence(85) })).await;
    let shown = Call::role("auditor").path(made.body["id"].as_str().unwrap());
    let shown = books.app.call(&find::ROUTE, shown).await;
    let listed = Call::role("auditor").query(format!("filter[fund_id]={}", fund.as_str().unwrap()));
    let listed = books.app.call(&list::ROUTE, listed).await;

    assert_eq!(made.status, 201, "{}", made.body);
    let lines = books.lines(&made.body["journal_id"]).await;
    assert_eq!(
        lines,
        "1900 - 10000, 1200 - -10000, 1200 - 8500, 1900 - -8500, \
         3920 P 10000, 1900 - -10000, 1900 - 8500, 3920 P -8500, 5130 P 85, 1200 - -85"
    );
    is_documented(&lines);
    assert_eq!(made.body["rate"], "0.8500000000");
    assert_eq!((&shown.body, listed.body["data"].as_array().unwrap().len()), (&made.body, 1));
    assert_eq!(
        (books.holds(&fund, "EUR").await, books.holds(&fund, "GBP").await),
        ("0".into(), "8415".into())
    );
    books.are_sound().await;
}

#[tokio::test]
async fn a_rate_is_exact_whatever_the_minor_units() {
    let (books, fund) = Books::with_euros().await;
    let at = |reference: &str, minor: i64, currency: &str, rate: &str| json!({ "provider_ref": reference, "from": euros(minor), "at": { "currency": currency, "rate": rate } });

    let pounds = books.convert(&fund, &at("A", 333, "GBP", "0.8500000001")).await;
    let yen = books.convert(&fund, &at("B", 333, "JPY", "163.71")).await;
    let dinar = books.convert(&fund, &at("C", 333, "KWD", "0.3571")).await;

    assert_eq!(pounds.body["to"], pence(283), "{}", pounds.body);
    assert_eq!(pounds.body["rate"], "0.8500000001");
    assert_eq!(yen.body["to"], json!({ "amount": 545, "currency": "JPY" }), "{}", yen.body);
    assert_eq!(dinar.body["to"], json!({ "amount": 1189, "currency": "KWD" }), "{}", dinar.body);
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_conversion_is_said_and_nothing_is_posted() {
    let (books, fund) = Books::with_euros().await;
    let once = json!({ "to": pence(85), "from": euros(100) });
    let made = books.convert(&fund, &once).await;
    let nobody = json!("00000000-0000-4000-8000-000000000000");
    let rate = |rate: &str| json!({ "at": { "currency": "GBP", "rate": rate } });
    let cases = [
        (json!({}), 422, "/to"),
        (json!({ "to": pence(1), "at": { "currency": "GBP", "rate": "1" } }), 422, "/to"),
        (json!({ "to": pence(0) }), 422, "/to/amount"),
        (json!({ "to": euros(1) }), 422, "/to/currency"),
        (json!({ "to": pence(1), "fee": euros(1) }), 422, "/fee/currency"),
        (json!({ "to": pence(1), "fee": pence(-1) }), 422, "/fee/amount"),
        (json!({ "to": pence(1), "from": euros(0) }), 422, "/from/amount"),
        (json!({ "to": pence(1), "fund_id": nobody }), 422, "/fund_id"),
        (
            json!({ "to": pence(1), "from": { "amount": 9, "currency": "XAU" } }),
            422,
            "/from/currency",
        ),
        (rate("0.85.1"), 422, "/at/rate"),
        (rate("8.5e-1"), 422, "/at/rate"),
        (rate("-1"), 422, "/at/rate"),
        (rate("0.00000000001"), 422, "/at/rate"),
        (rate("0.0000000001"), 422, "/at/rate"),
        (json!({ "to": pence(8_500), "from": euros(10_001), "provider_ref": "FX-2" }), 402, ""),
        (json!({ "to": pence(1), "provider_ref": "FX-2", "converted_on": "1999-01-01" }), 409, ""),
        (once, 409, ""),
    ];

    for (body, status, place) in cases {
        let refused = books.convert(&fund, &body).await;
        assert_eq!((refused.status, refused.place()), (status, place), "{body}: {}", refused.body);
    }

    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(books.app.count("ledger.journals").await, 2);
    books.are_sound().await;
}
