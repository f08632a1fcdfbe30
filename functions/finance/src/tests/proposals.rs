//! Journals by hand: one person proposes, another posts.
use serde_json::{Value, json};
use testdb::{Answer, Call};
use types::ContactId;

use super::golden::{Books, GENERAL, is_documented, pence};
use crate::books::{
    journals::{create, find, reverse},
    proposals::{self, approve, reject},
};

fn interest(minor: i64) -> Value {
    json!({
        "reason": "Interest of October", "memo": "Statement 10", "effective_date": "2026-10-31",
        "lines": [
            { "code": "1000", "amount": pence(minor) },
            { "code": "4000", "fund_id": GENERAL, "amount": pence(-minor) },
        ],
    })
}

impl Books {
    async fn propose_journal(&self, body: &Value) -> Answer {
        self.app.call(&create::ROUTE, self.call("treasurer").json(body)).await
    }

    async fn decide(&self, route: &'static api::Route, proposal: &Value, by: ContactId) -> Answer {
        let tag = format!("\"{}\"", proposal["version"]);
        let call = self.call("treasurer").contact(by).header("if-match", tag);
        self.app.call(route, call.path(proposal["id"].as_str().unwrap())).await
    }
}

#[tokio::test]
async fn a_journal_is_posted_by_a_second_person_and_reversed_the_same_way() {
    let books = Books::new().await;
    let (writer, checker) = (ContactId::new(), ContactId::new());
    let call = books.call("treasurer").contact(writer).json(&interest(312));

    let proposed = books.app.call(&create::ROUTE, call.clone()).await;
    let again = books.app.call(&create::ROUTE, call).await;
    let nothing = books.app.count("ledger.journals").await;
    let own = books.decide(&approve::ROUTE, &proposed.body, writer).await;
    let posted = books.decide(&approve::ROUTE, &proposed.body, checker).await;
    let twice = books.decide(&approve::ROUTE, &posted.body, checker).await;
    let journal = posted.body["journal_id"].as_str().unwrap().to_owned();
    let why = json!({ "reason": "The bank has corrected it" });
    let undo = |by: ContactId| books.call("treasurer").contact(by).path(&journal).json(&why);
    let back = books.app.call(&reverse::ROUTE, undo(checker)).await;
    let second = books.app.call(&reverse::ROUTE, undo(checker)).await;
    let undone = books.decide(&approve::ROUTE, &back.body, writer).await;
    let third = books.app.call(&reverse::ROUTE, undo(checker)).await;
    let shown = books.app.call(&find::ROUTE, Call::role("auditor").path(&journal)).await;

    assert_eq!((proposed.status, nothing), (201, 0), "{}", proposed.body);
    let place = format!("/v1/finance/journal-proposals/{}", proposed.body["id"].as_str().unwrap());
    assert_eq!(proposed.header("location"), Some(place.as_str()));
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&proposed.body, Some("true")));
    assert_eq!((own.status, own.code()), (403, "four_eyes"), "{}", own.body);
    assert_eq!((posted.status, &posted.body["status"]), (200, &json!("posted")), "{}", posted.body);
    assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
    let lines = books.lines(&posted.body["journal_id"]).await;
    assert_eq!(lines, "1000 - 312, 4000 GEN -312");
    is_documented(&lines);
    assert_eq!((shown.status, &shown.body["memo"]), (200, &json!("Statement 10")));
    assert_eq!((back.status, second.status, third.status), (201, 409, 409), "{}", back.body);
    assert_eq!(undone.body["status"], "posted", "{}", undone.body);
    let lines = books.lines(&undone.body["journal_id"]).await;
    assert_eq!(lines, "1000 - -312, 4000 GEN 312");
    is_documented(&lines);
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_rejected_is_never_posted_and_may_be_proposed_again() {
    let books = Books::new().await;
    let proposed = books.propose_journal(&interest(312)).await;

    let stale = json!({ "id": proposed.body["id"], "version": 7 });
    let stale = books.decide(&reject::ROUTE, &stale, ContactId::new()).await;
    let rejected = books.decide(&reject::ROUTE, &proposed.body, ContactId::new()).await;
    let posted = books.decide(&approve::ROUTE, &rejected.body, ContactId::new()).await;
    let again = books.propose_journal(&interest(312)).await;
    let listed = Call::role("auditor").query("filter[status]=proposed");
    let listed = books.app.call(&proposals::list::ROUTE, listed).await;

    assert_eq!((stale.status, rejected.status, posted.status), (412, 200, 409));
    assert_eq!(again.status, 201);
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(books.app.count("ledger.journals").await, 0);
    books.are_sound().await;
}

#[tokio::test]
async fn a_journal_by_hand_keeps_the_rules_of_the_books() {
    let books = Books::new().await;
    let gift = books.give(&json!({})).await;
    let with = |lines: Value| json!({ "reason": "Why not", "lines": lines });
    let line = |code: &str, minor: i64| json!({ "code": code, "amount": pence(minor) });
    let euros = json!({ "code": "1999", "amount": { "amount": -5, "currency": "EUR" } });
    let nobody = "00000000-0000-4000-8000-000000000000";
    let cases = [
        (with(json!([line("1000", 5)])), "/lines"),
        (with(json!([line("1000", 5), line("1999", -4)])), "/lines"),
        (with(json!([line("1000", 5), euros])), "/lines/1/amount"),
        (with(json!([line("1000", 0), line("1999", 0)])), "/lines/0/amount/amount"),
        (with(json!([line("1000", 5), line("4000", -5)])), "/lines/1/fund_id"),
        (
            with(
                json!([{ "code": "1000", "fund_id": GENERAL, "amount": pence(5) }, line("1999", -5)]),
            ),
            "/lines/0/fund_id",
        ),
        (
            with(
                json!([line("1000", 5), { "code": "4000", "fund_id": nobody, "amount": pence(-5) }]),
            ),
            "/lines",
        ),
        (with(json!([line("1000", 5), line("1998", -5)])), "/lines"),
        (with(json!([line("1310", 5), line("1999", -5)])), "/lines"),
        (json!({ "lines": [line("1000", 5), line("1999", -5)] }), ""),
    ];

    for (body, place) in cases {
        let refused = books.propose_journal(&body).await;
        assert_eq!((refused.status, refused.place()), (422, place), "{body}: {}", refused.body);
    }
    let much = json!({ "reason": "Too much", "lines": [
        { "code": "5000", "fund_id": GENERAL, "amount": pence(1) }, line("1000", -1),
    ] });
    let much = books.propose_journal(&much).await;
    let much = books.decide(&approve::ROUTE, &much.body, ContactId::new()).await;
    let mut old = interest(5);
    old["effective_date"] = json!("1999-12-31");
    let old = books.propose_journal(&old).await;
    let old = books.decide(&approve::ROUTE, &old.body, ContactId::new()).await;
    let made_elsewhere = books
        .call("treasurer")
        .path(gift["journal_id"].as_str().unwrap())
        .json(&json!({ "reason": "Not mine" }));
    let made_elsewhere = books.app.call(&reverse::ROUTE, made_elsewhere).await;

    assert_eq!((much.status, much.code()), (402, "insufficient_funds"), "{}", much.body);
    assert_eq!((old.status, old.code()), (409, "period_closed"), "{}", old.body);
    assert_eq!((made_elsewhere.status, made_elsewhere.code()), (409, "not_reversible"));
    assert_eq!(books.app.count("ledger.journals").await, 1);
    books.are_sound().await;
}
