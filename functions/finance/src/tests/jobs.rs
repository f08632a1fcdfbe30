use db::Domain;
use serde_json::json;
use testdb::{App, Call, Transport};

use crate::{
    contributions,
    jobs::{anchor_chain, check_invariants, end_terms, fold_balances, purge_keys, seal_journals},
};

#[tokio::test]
async fn folding_leaves_nothing_waiting_and_every_balance_as_it_was() {
    let app = App::new(Domain::Finance).await;
    let balances = "select md5(string_agg(account_id || ' ' || ledger.balance(account_id), ',' order by account_id))
                    from ledger.account_balances";
    let before = app.value(balances).await;
    let waiting = "(select distinct account_id from ledger.balance_deltas) w";
    let accounts = app.count(waiting).await;
    assert!(accounts > 0, "the demo data has postings");

    let ran = app.run(&fold_balances::JOB).await;
    let again = app.run(&fold_balances::JOB).await;

    assert_eq!(ran.result.unwrap(), json!({ "accounts": accounts, "complete": true }));
    assert_eq!(again.result.unwrap(), json!({ "accounts": 0, "complete": true }));
    assert_eq!((app.count(waiting).await, app.value(balances).await), (0, before));
    assert_eq!(app.count("ledger.invariant_breaks").await, 0);
    let log: serde_json::Value = serde_json::from_str(&ran.log).unwrap();
    assert_eq!((&log["job"], &log["level"]), (&json!("finance-fold-balances"), &json!("INFO")));
    assert_eq!((&log["done"]["accounts"], &log["round_trips"]), (&json!(accounts), &json!(1)));
}

#[tokio::test]
async fn a_job_that_cannot_reach_its_database_fails_and_says_so() {
    let app = App::empty(Domain::Finance).await.over(Transport::TcpDirect);
    let app = app.set(
        "ARUURI_FINANCE_DATABASE_URL_POOLED",
        Some("postgres://finance_app:x@127.0.0.1:1/finance"),
    );

    let ran = app.run(&fold_balances::JOB).await;

    assert!(ran.result.is_err());
    let log: serde_json::Value = serde_json::from_str(&ran.log).unwrap();
    assert_eq!(log["level"], "ERROR");
    assert!(log["error"].as_str().unwrap().contains("ARUURI_FINANCE_DATABASE_URL_POOLED"), "{log}");
}

#[tokio::test]
async fn what_was_posted_is_sealed_and_the_end_of_the_chain_is_told_once_a_day() {
    let app = App::new(Domain::Finance).await;
    let waiting = app.count("ledger.seal_queue").await;
    assert!(waiting > 0, "the demo data has journals");

    let empty = app.run(&anchor_chain::JOB).await;
    let sealed = app.run(&seal_journals::JOB).await;
    let again = app.run(&seal_journals::JOB).await;
    let anchored = app.run(&anchor_chain::JOB).await;
    let twice = app.run(&anchor_chain::JOB).await;

    assert_eq!(empty.result.unwrap(), json!({ "seq": 0, "new": false }));
    assert_eq!(sealed.result.unwrap(), json!({ "journals": waiting, "complete": true }));
    assert_eq!(again.result.unwrap(), json!({ "journals": 0, "complete": true }));
    let hash = app.value("select encode(hash, 'hex') from ledger.chain_head").await;
    let link = |new: bool| json!({ "seq": waiting, "hash": hash, "new": new });
    assert_eq!((anchored.result.unwrap(), twice.result.unwrap()), (link(true), link(false)));
    let anchors =
        format!("ledger.chain_anchors where seq = {waiting} and encode(hash, 'hex') = '{hash}'");
    assert_eq!((app.count(&anchors).await, app.count("ledger.chain_anchors").await), (1, 1));
    let log: serde_json::Value = serde_json::from_str(&anchored.log).unwrap();
    assert_eq!(log["done"]["hash"], hash, "the log is where it is published");
}

#[tokio::test]
async fn a_broken_rule_fails_the_nightly_check_and_is_told() {
    let app = App::new(Domain::Finance).await;
    app.run(&seal_journals::JOB).await;
    let told = "finance.outbox_events where topic = 'finance.ledger.broken.v1'";

    let sound = app.run(&check_invariants::JOB).await;
    let told_before = app.count(told).await;
    // As only somebody could who owns the database.
    app.execute(
        "alter table ledger.entries disable trigger refuse_change;
         update ledger.entries set amount = amount * 2
         where journal_id = (select journal_id from ledger.seals where seq = 2);
         alter table ledger.entries enable always trigger refuse_change",
    )
    .await;
    let broken = app.run(&check_invariants::JOB).await;

    assert_eq!(sound.result.unwrap(), json!({ "breaks": 0, "broken_links": 0 }));
    let why = broken.result.unwrap_err().to_string();
    assert!(why.contains("I4 balance differs") && why.contains("content of link 2"), "{why}");
    assert_eq!((told_before, app.count(told).await), (0, 1));
    let log: serde_json::Value = serde_json::from_str(&broken.log).unwrap();
    assert_eq!(log["level"], "ERROR");
}

#[tokio::test]
async fn a_key_is_forgotten_after_thirty_days_and_what_it_posted_is_not_posted_again() {
    let app = App::new(Domain::Finance).await;
    let gift = json!({
        "id": types::ContributionId::new(), "contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c",
        "amount": { "amount": 700, "currency": "GBP" },
    });
    let give = || Call::role("treasurer").header("idempotency-key", "old").json(&gift);
    let first = app.call(&contributions::create::ROUTE, give()).await;
    let age = |days: u32| {
        format!(
            "update finance.idempotency_keys set created_at = now() - interval '{days} days' where key = 'old'"
        )
    };
    let kept = "finance.idempotency_keys where key = 'old'";

    app.execute(&age(29)).await;
    app.run(&purge_keys::JOB).await;
    let at_29 = app.count(kept).await;
    app.execute(&age(31)).await;
    let purged = app.run(&purge_keys::JOB).await;
    let again = app.call(&contributions::create::ROUTE, give()).await;

    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((at_29, app.count(kept).await), (1, 0));
    assert_eq!(purged.result.unwrap(), json!({ "keys": 1, "complete": true }));
    assert_eq!((again.status, again.code()), (409, "already_recorded"), "{}", again.body);
    let journals = format!("ledger.journals where source_id = {}", gift["id"]).replace('"', "'");
    assert_eq!(app.count(&journals).await, 1);
    assert_eq!(app.count("ledger.invariant_breaks").await, 0);
}

#[tokio::test]
async fn accounting_periods_are_opened_ahead_without_a_gap_and_once() {
    let app = App::empty(Domain::Finance).await;
    let ahead = "select (max(upper(span)) > finance.today() + interval '5 years')::text from ledger.accounting_periods";
    let gaps = "(select upper(span) from ledger.accounting_periods except select lower(span) from ledger.accounting_periods) g";

    let (one, two) = tokio::join!(app.run(&end_terms::JOB), app.run(&end_terms::JOB));
    let again = app.run(&end_terms::JOB).await;
    // Years later, nobody having looked: all that are missing at once.
    app.execute(
        "alter table ledger.accounting_periods disable trigger user;
         delete from ledger.accounting_periods where lower(span) > finance.today();
         alter table ledger.accounting_periods enable trigger user",
    )
    .await;
    let late = app.run(&end_terms::JOB).await;

    let opened = [one, two, again, late].map(|ran| ran.result.unwrap()["opened_periods"].as_i64());
    let [one, two, again, late] = opened.map(Option::unwrap);
    assert_eq!((again, one + two > 0, late), (0, true, 5));
    assert_eq!(app.value(ahead).await, "true");
    assert_eq!(app.count(gaps).await, 1, "only the last one is followed by none");
}
