//! What moves money is not done twice, however long ago its key was forgotten.
use serde_json::{Value, json};
use testdb::Answer;

use super::golden::{Books, GENERAL, PROJECT, pence};
use crate::{
    allocations, contributions, conversions, disbursements, grants, invoices, jobs::purge_keys,
    mandates, quotes, refunds,
};

const PARTNER: &str = "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3";

impl Books {
    /// How many there are of what requests make.
    async fn made(&self) -> String {
        let tables = [
            "ledger.journals",
            "giving.disbursements",
            "giving.recurring_mandates",
            "trade.quotes",
            "trade.issued_invoices",
            "trade.invoice_payments",
            "trade.credit_notes",
        ];
        let mut counts = Vec::new();
        for table in tables {
            counts.push(format!("{table} {}", self.app.count(table).await));
        }
        counts.join(", ")
    }

    /// The request twice with one key, which is forgotten meanwhile.
    async fn sent_again(
        &self,
        route: &'static api::Route,
        path: Option<&str>,
        body: &Value,
    ) -> [Answer; 2] {
        let mut call = self.call("treasurer").json(body);
        if let Some(path) = path {
            call = call.path(path);
        }
        let first = self.app.call(route, call.clone()).await;
        self.app
            .execute("update finance.idempotency_keys set created_at = now() - interval '31 days'")
            .await;
        self.app.run(&purge_keys::JOB).await.result.unwrap();
        assert_eq!(self.app.count("finance.idempotency_keys").await, 0);
        let kept = self.made().await;
        let again = self.app.call(route, call).await;
        let after = self.made().await;
        assert_eq!(after, kept, "{}", route.name);
        [first, again]
    }
}

#[tokio::test]
async fn a_request_is_known_by_what_it_made_when_its_key_is_forgotten() {
    let books = Books::new().await;
    books
        .app
        .execute(&format!(
            "insert into finance.ref_partners (id, version, label, status)
         values ('{PARTNER}', 1, '{{\"de\": \"Demir\", \"en\": \"Demir\"}}', 'active')"
        ))
        .await;
    let gift = books.give(&json!({})).await;
    let gift = gift["id"].as_str().unwrap();
    books.give(&json!({ "project_ref": null })).await;
    let fund = books
        .app
        .value(&format!("select id::text from ledger.funds where code = 'project:{PROJECT}'"))
        .await;
    let given = json!({
        "contributor_id": books.ada, "project_ref": PROJECT, "amount": pence(500), "processor": "stripe",
        "processor_ref": "pi_1",
    });
    let named = json!({
        "id": "00000000-0000-4000-8000-0000000000c1", "contributor_id": books.ada, "amount": pence(500),
    });
    let bare = json!({ "contributor_id": books.ada, "amount": pence(500) });
    let part = json!({ "amount": pence(100), "reason": "requested" });
    let told = json!({ "amount": pence(100), "reason": "requested", "processor_ref": "re_1" });
    let moved = json!({
        "from_fund_id": GENERAL, "amount": pence(300), "to": [{ "fund_id": fund }], "reason": "Needed there",
    });
    let paid = json!({
        "partner_ref": PARTNER, "project_ref": PROJECT, "amount": pence(100), "without_milestone_reason": "Small",
    });
    let changed = json!({
        "fund_id": fund, "code": "1200", "provider_ref": "fx_1", "from": pence(200),
        "to": { "amount": 230, "currency": "EUR" },
    });
    let granted = json!({
        "application_ref": "a37615a2-a522-5479-846c-6642ec361b47", "payer_name": "Council", "project_ref": PROJECT, "amount": pence(700) });
    let all: [(&'static api::Route, Option<&str>, &Value); 9] = [
        (&contributions::create::ROUTE, None, &given),
        (&contributions::create::ROUTE, None, &named),
        (&contributions::create::ROUTE, None, &bare),
        (&refunds::create::ROUTE, Some(gift), &part),
        (&refunds::create::ROUTE, Some(gift), &told),
        (&allocations::create::ROUTE, None, &moved),
        (&disbursements::create::ROUTE, None, &paid),
        (&conversions::create::ROUTE, None, &changed),
        (&grants::create::ROUTE, None, &granted),
    ];

    for (route, path, body) in all {
        let [first, again] = books.sent_again(route, path, body).await;

        assert_eq!(first.status, 201, "{}: {}", route.name, first.body);
        assert_eq!(
            (again.status, again.code()),
            (409, "already_recorded"),
            "{}: {}",
            route.name,
            again.body
        );
    }
    books.are_sound().await;
}

#[tokio::test]
async fn all_of_it_is_known_again_when_nothing_is_left() {
    let books = Books::new().await;
    let gift = books.give(&json!({})).await;
    books.give(&json!({ "project_ref": null })).await;
    let fund = books
        .app
        .value(&format!("select id::text from ledger.funds where code = 'project:{PROJECT}'"))
        .await;

    let moved = json!({
        "from_fund_id": GENERAL, "amount": pence(10_000), "to": [{ "fund_id": fund }], "reason": "Needed there",
    });
    let moved = books.sent_again(&allocations::create::ROUTE, None, &moved).await;
    let back = json!({ "reason": "requested" });
    let back = books.sent_again(&refunds::create::ROUTE, gift["id"].as_str(), &back).await;

    for [first, again] in [moved, back] {
        assert_eq!(first.status, 201, "{}", first.body);
        assert_eq!((again.status, again.code()), (409, "already_recorded"), "{}", again.body);
    }
    assert_eq!(books.app.count("giving.refunds").await, 1);
    assert_eq!(books.app.count("giving.allocations").await, 1);
}

#[tokio::test]
async fn what_is_sold_and_promised_is_known_again_too() {
    let books = Books::new().await;
    let promised = json!({
        "contributor_id": books.ada, "processor": "gocardless", "amount": pence(500), "frequency": "monthly",
    });
    let drafted = json!({
        "customer_ref": "1009019a-bc0c-5485-84c2-361fad310833", "customer": { "name": "Kitchen" }, "currency": "GBP",
        "lines": [{ "description": "Survey", "quantity": "1", "unit_price": pence(1_000), "tax_code": "GB_ZERO" }],
    });
    let cash = json!({ "method": "cash" });
    let part = json!({ "method": "cash", "amount": pence(400) });
    let named = json!({ "method": "bank_transfer", "payment_ref": "FP-1" });
    let chosen = json!({ "method": "cash", "id": "00000000-0000-4000-8000-0000000000d1" });
    let whole = json!({ "reason": "Not done" });
    let mut answers = Vec::new();
    for (route, body) in [
        (&mandates::create::ROUTE, &promised),
        (&quotes::create::ROUTE, &drafted),
        (&invoices::create::ROUTE, &drafted),
    ] {
        answers.push((route.name, books.sent_again(route, None, body).await));
    }
    for (route, body) in [
        (&invoices::pay::ROUTE, &cash),
        (&invoices::pay::ROUTE, &part),
        (&invoices::pay::ROUTE, &named),
        (&invoices::pay::ROUTE, &chosen),
        (&invoices::credit::ROUTE, &whole),
    ] {
        let invoice = books.issued(&json!({})).await;
        let id = invoice["id"].as_str();
        answers.push((route.name, books.sent_again(route, id, body).await));
    }
    let other = books.issued(&json!({})).await;
    let call = books.call("treasurer").path(other["id"].as_str().unwrap());
    let taken = books.app.call(&invoices::pay::ROUTE, call.json(&named)).await;
    let call = books.call("treasurer").path(other["id"].as_str().unwrap());
    let by_card = json!({ "method": "card", "payment_ref": "FP-1" });
    let by_card = books.app.call(&invoices::pay::ROUTE, call.json(&by_card)).await;

    for (route, [first, again]) in answers {
        assert_eq!(first.status, 201, "{route}: {}", first.body);
        let known = (again.status, again.code());
        assert_eq!(known, (409, "already_recorded"), "{route}: {}", again.body);
    }
    assert_eq!((taken.status, taken.code()), (409, "already_recorded"), "{}", taken.body);
    assert_eq!(by_card.status, 201, "another way to pay, another reference: {}", by_card.body);
    books.are_sound().await;
}

#[tokio::test]
async fn the_same_words_under_another_key_are_another_request() {
    let books = Books::new().await;
    let gift = books.give(&json!({})).await;
    let part = json!({ "amount": pence(100), "reason": "requested" });

    let first = books.refund(&gift, &part).await;
    let second = books.refund(&gift, &part).await;

    assert_eq!((first.status, second.status), (201, 201), "{} {}", first.body, second.body);
    assert_ne!(first.body["id"], second.body["id"]);
}
