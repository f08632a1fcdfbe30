//! Grants that others give us: what each step posts.
use serde_json::{Value, json};
use testdb::{Answer, Call};

use super::golden::{Books, PROJECT, is_documented, pence};
use crate::grants::{claw_back, create, list, receive, repay, withdraw, write_off};

impl Books {
    async fn award(&self, application: &str, more: &Value) -> Answer {
        let mut body = json!({
            "application_ref": types::FundingApplicationId::seed(application), "payer_name": "Heritage Fund",
            "project_ref": PROJECT, "amount": pence(10_000),
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.call(&create::ROUTE, self.call("treasurer").json(&body)).await
    }

    async fn grant_step(&self, route: &'static api::Route, grant: &Value, body: &Value) -> Answer {
        let tag = format!("\"{}\"", grant["version"]);
        let call = self.call("treasurer").header("if-match", tag);
        self.app.call(route, call.path(grant["id"].as_str().unwrap()).json(body)).await
    }

    async fn posted(&self, kind: &str, lines: &str) {
        assert_eq!(self.newest(kind).await, lines);
        is_documented(lines);
    }
}

#[tokio::test]
async fn a_grant_is_owed_received_in_parts_written_off_and_paid_back() {
    let books = Books::new().await;

    let grant = books.award("roof", &json!({})).await;
    assert_eq!((grant.status, &grant.body["status"]), (201, &json!("approved")), "{}", grant.body);
    books.posted("grant.approved", "1500 - 10000, 4100 P -10000").await;
    let first = json!({ "amount": pence(4_000), "bank_ref": "A" });
    let part = books.grant_step(&receive::ROUTE, &grant.body, &first).await;
    books.posted("grant.received", "1000 - 4000, 1500 - -4000").await;
    let again = books.grant_step(&receive::ROUTE, &part.body, &first).await;
    assert_eq!((again.status, again.code()), (409, "already_recorded"), "{}", again.body);
    let second = json!({ "amount": pence(2_000), "bank_ref": "B" });
    let more = books.grant_step(&receive::ROUTE, &part.body, &second).await;
    let back = json!({ "amount": pence(5_000), "reason": "Smaller" });
    let back = books.grant_step(&claw_back::ROUTE, &more.body, &back).await;
    books.posted("grant.written_off", "4100 P 4000, 1500 - -4000").await;
    books.posted("grant.repayable", "4100 P 5000, 2400 - -5000").await;
    let paid = books.grant_step(&repay::ROUTE, &back.body, &json!({})).await;
    books.posted("grant.repaid", "2400 - 5000, 1000 - -5000").await;

    let states = [&part, &more, &back, &paid].map(|answer| answer.body["status"].clone());
    assert_eq!(states, ["part_received", "part_received", "repayable", "repaid"], "{}", paid.body);
    assert_eq!(
        (&paid.body["received_minor"], &paid.body["repayable_minor"]),
        (&json!(6_000), &json!(5_000))
    );
    assert_eq!(books.held().await, "1000");
    books.are_sound().await;
}

#[tokio::test]
async fn a_grant_that_does_not_come_leaves_the_fund_as_it_was() {
    let books = Books::new().await;
    let whole = books.award("roof", &json!({})).await;
    let rest = books.award("cellar", &json!({})).await;
    let why = json!({ "reason": "The programme was closed" });

    let withdrawn = books.grant_step(&withdraw::ROUTE, &whole.body, &why).await;
    let early = books.grant_step(&write_off::ROUTE, &rest.body, &why).await;
    let part = json!({ "amount": pence(9_999), "bank_ref": "A" });
    let part = books.grant_step(&receive::ROUTE, &rest.body, &part).await;
    let off = books.grant_step(&write_off::ROUTE, &part.body, &why).await;
    let late = books.grant_step(&receive::ROUTE, &off.body, &json!({ "bank_ref": "B" })).await;

    books.posted("grant.withdrawn", "1500 - -10000, 4100 P 10000").await;
    assert_eq!(withdrawn.body["status"], "withdrawn", "{}", withdrawn.body);
    assert_eq!((early.status, early.code()), (409, "conflict"), "{}", early.body);
    assert_eq!((off.status, &off.body["status"]), (200, &json!("written_off")), "{}", off.body);
    assert_eq!((late.status, late.code()), (409, "conflict"));
    assert_eq!(books.held().await, "9999");
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_said_and_nothing_is_posted() {
    let books = Books::new().await;
    let grant = books.award("roof", &json!({})).await;
    let again = books.award("roof", &json!({})).await;
    let euros = json!({ "amount": { "amount": 1, "currency": "EUR" }, "bank_ref": "A" });
    let cases = [
        (json!({ "amount": pence(10_001), "bank_ref": "A" }), 422, "/amount/amount"),
        (json!({ "amount": pence(0), "bank_ref": "A" }), 422, "/amount/amount"),
        (euros, 422, "/amount/currency"),
        (json!({ "bank_ref": " " }), 422, "/bank_ref"),
        (json!({ "bank_ref": "A", "received_on": "1999-01-01" }), 409, ""),
    ];

    for (body, status, place) in cases {
        let refused = books.grant_step(&receive::ROUTE, &grant.body, &body).await;
        assert_eq!((refused.status, refused.place()), (status, place), "{body}: {}", refused.body);
    }
    let stale = json!({ "id": grant.body["id"], "version": 1 });
    let stale = books.grant_step(&receive::ROUTE, &stale, &json!({ "bank_ref": "A" })).await;
    let listed = Call::role("auditor").query("filter[status]=approved");
    let listed = books.app.call(&list::ROUTE, listed).await;

    assert_eq!((again.status, stale.status), (409, 412), "{}", again.body);
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(books.app.count("ledger.journals").await, 1);
    books.are_sound().await;
}
