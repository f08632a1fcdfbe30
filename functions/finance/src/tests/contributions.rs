use std::sync::Arc;

use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};
use types::{ContactId, ContributorId, ProjectId};

use crate::{
    contributions::{create, find, list},
    contributors,
};

/// A contributor who is the contact.
async fn contributor(app: &App, contact: ContactId) -> String {
    let body = json!({ "type": "individual", "display_name": "Ada", "contact_ref": contact });
    let answer = app.call(&contributors::create::ROUTE, Call::role("treasurer").json(&body)).await;
    answer.body["id"].as_str().unwrap().to_owned()
}

fn gift(contributor: &str, pence: i64) -> Value {
    json!({ "contributor_id": contributor, "amount": { "amount": pence, "currency": "GBP" } })
}

fn give(key: &str, body: &Value) -> Call {
    Call::role("treasurer").header("idempotency-key", key).json(body)
}

#[tokio::test]
async fn a_contribution_is_posted_to_balanced_books_in_one_round_trip() {
    let (app, relay) = App::empty(Domain::Finance).await.through_relay().await;
    let ada = contributor(&app, ContactId::new()).await;
    let project = ProjectId::new();
    let mut body = gift(&ada, 2_500);
    body["project_ref"] = json!(project);
    app.call(&create::ROUTE, give("warm", &gift(&ada, 1))).await;
    relay.take_round_trips();

    let answer = app.call(&create::ROUTE, give("k", &body)).await;

    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(relay.take_round_trips(), 1);
    assert_eq!(answer.body["amount"], json!({ "amount": 2_500, "currency": "GBP" }));
    assert_eq!(answer.body["status"], "settled");
    assert_eq!(answer.body["designation"], "restricted");
    let journal = answer.body["journal_id"].as_str().unwrap();
    let entries = format!(
        "select string_agg(a.code || ' ' || e.amount, ', ' order by e.line)
         from ledger.entries e join ledger.accounts a on a.id = e.account_id
         where e.journal_id = '{journal}'"
    );
    assert_eq!(app.value(&entries).await, "1200 2500, 4000 -2500");
    assert_eq!(app.count("ledger.invariant_breaks").await, 0);
    assert_eq!(
        app.count("finance.outbox_events where topic = 'finance.contribution.settled.v1'").await,
        2
    );
}

#[tokio::test]
async fn a_repeated_contribution_is_answered_again_and_recorded_once() {
    let app = App::empty(Domain::Finance).await;
    let ada = contributor(&app, ContactId::new()).await;

    let first = app.call(&create::ROUTE, give("k", &gift(&ada, 500))).await;
    let again = app.call(&create::ROUTE, give("k", &gift(&ada, 500))).await;
    let other = app.call(&create::ROUTE, give("k", &gift(&ada, 501))).await;

    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    assert_eq!(app.count("giving.contributions").await, 1);
    assert_eq!(app.count("ledger.journals").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_callers_with_one_key_at_once_give_once() {
    let app = Arc::new(App::empty(Domain::Finance).await);
    let ada = contributor(&app, ContactId::new()).await;
    let body = gift(&ada, 700);

    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (app, call) = (app.clone(), give("k", &body));
            tokio::spawn(async move { app.call(&create::ROUTE, call).await })
        })
        .collect();
    let mut bodies = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        bodies.push(answer.body);
    }

    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(app.count("ledger.journals").await, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_contribution_is_said_where_it_is() {
    let app = App::empty(Domain::Finance).await;
    let ada = contributor(&app, ContactId::new()).await;
    let with = |name: &str, value: Value| {
        let mut body = gift(&ada, 500);
        body[name] = value;
        body
    };
    let cases = [
        (gift(&ada, 0), 422, "/amount/amount"),
        (gift(&ada, -5), 422, "/amount/amount"),
        (gift(&ada, 9_000_000_000_000_001), 422, "/amount/amount"),
        (with("amount", json!({ "amount": 5.0, "currency": "GBP" })), 422, "/amount/amount"),
        (with("amount", json!({ "amount": "5", "currency": "GBP" })), 422, "/amount/amount"),
        (with("amount", json!({ "amount": 5, "currency": "XXQ" })), 422, "/amount/currency"),
        (with("amount", json!({ "amount": 5 })), 422, "/amount"),
        (with("contributor_id", json!(ContributorId::new())), 422, "/contributor_id"),
        (with("contributor_id", json!("ada")), 422, "/contributor_id"),
        (with("note", json!("x".repeat(501))), 422, "/note"),
        (with("note", json!("a\u{0}b")), 422, "/note"),
        (with("occurred_on", json!("1999-01-01")), 422, "/occurred_on"),
        (with("occurred_on", json!("2026-02-30")), 422, "/occurred_on"),
        (with("surprise", json!(1)), 422, "/surprise"),
    ];

    for (number, (body, status, place)) in cases.into_iter().enumerate() {
        let answer = app.call(&create::ROUTE, give(&format!("k{number}"), &body)).await;
        assert_eq!((answer.status, answer.place()), (status, place), "{body}: {}", answer.body);
    }
    assert_eq!(app.count("giving.contributions").await, 0);
    assert_eq!(app.count("finance.idempotency_keys").await, 0);
}

#[tokio::test]
async fn a_key_is_required_and_must_be_readable() {
    let app = App::empty(Domain::Finance).await;
    let ada = contributor(&app, ContactId::new()).await;
    let body = gift(&ada, 500);

    let without = app.call(&create::ROUTE, Call::role("treasurer").json(&body)).await;
    let empty = app.call(&create::ROUTE, give("\"\"", &body)).await;
    let long = app.call(&create::ROUTE, give(&"k".repeat(256), &body)).await;
    let longest = app.call(&create::ROUTE, give(&"k".repeat(255), &body)).await;

    assert_eq!((without.status, without.code()), (400, "idempotency_key_missing"));
    assert_eq!((empty.status, long.status, longest.status), (400, 400, 201));
}

#[tokio::test]
async fn a_contributor_gives_and_sees_only_as_themselves() {
    let app = App::empty(Domain::Finance).await;
    let (me, you) = (ContactId::new(), ContactId::new());
    let (mine, yours) = (contributor(&app, me).await, contributor(&app, you).await);
    let as_me = |call: Call| call.contact(me).header("idempotency-key", "k");
    let theirs = app.call(&create::ROUTE, give("k", &gift(&yours, 100))).await;

    let own =
        app.call(&create::ROUTE, as_me(Call::role("contributor")).json(&gift(&mine, 100))).await;
    let foreign = as_me(Call::role("contributor")).json(&gift(&yours, 100));
    let foreign = app.call(&create::ROUTE, foreign).await;
    let listed = app.call(&list::ROUTE, Call::role("contributor").contact(me)).await;
    let all = app.call(&list::ROUTE, Call::role("auditor")).await;
    let hidden = Call::role("contributor").contact(me).path(theirs.body["id"].as_str().unwrap());
    let hidden = app.call(&find::ROUTE, hidden).await;

    assert_eq!(own.status, 201, "{}", own.body);
    assert_eq!((foreign.status, foreign.place()), (422, "/contributor_id"));
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(all.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(hidden.status, 404);
}

#[tokio::test]
async fn a_taken_id_is_refused_and_nothing_is_posted_for_it() {
    let app = App::empty(Domain::Finance).await;
    let ada = contributor(&app, ContactId::new()).await;
    let mut body = gift(&ada, 500);
    body["id"] = json!("018f0000-0000-7000-8000-000000000001");

    let first = app.call(&create::ROUTE, give("a", &body)).await;
    let second = app.call(&create::ROUTE, give("b", &body)).await;

    assert_eq!((first.status, second.status), (201, 409));
    assert_eq!(second.body["detail"], "contribution already recorded");
    assert_eq!(app.count("ledger.journals").await, 1);
    assert_eq!(app.count("ledger.invariant_breaks").await, 0);
}
