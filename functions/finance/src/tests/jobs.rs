use db::Domain;
use serde_json::json;
use testdb::{App, Transport};

use crate::jobs::fold_balances;

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
