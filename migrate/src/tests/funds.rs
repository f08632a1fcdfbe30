//! Balances of accounts and funds, and money that may not be spent twice.

use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::support::{Database, Gift, assert_refused, books, breaks, fault, value};

/// Moves money from the fund of a project to the general fund, from any number of sessions.
const SPEND: &str = "
    select ledger.post(null, 'test.spent', '2026-11-21', 'test', gen_random_uuid(),
      array[ledger.leaf_account('3900', $1::uuid, 'GBP'),
            ledger.leaf_account('3900', (select id from ledger.funds where code = 'GEN'), 'GBP')],
      array[$2::bigint, -$2::bigint])";

async fn spend(owner: &Client, fund: Uuid, amount: i64) -> Result<(), Error> {
    use tokio_postgres::types::Type;
    owner.query_typed(SPEND, &[(&fund, Type::UUID), (&amount, Type::INT8)]).await.map(|_| ())
}

async fn balance(client: &Client, fund: Uuid) -> i64 {
    value(client, &format!("select ledger.fund_balance('{fund}', 'GBP')::bigint")).await
}

/// A project's fund with that many pence in it.
async fn funded(amount: i64) -> (Database, Uuid, Uuid) {
    let (database, contributor) = books().await;
    let gift = Gift { amount, project: Some(Uuid::new_v4()), ..Gift::of(contributor) };
    let fund = gift.give(&database.app().await).await.unwrap().fund;
    (database, contributor, fund)
}

#[tokio::test]
async fn a_fund_is_spent_to_the_last_penny_and_no_further() {
    let (database, _, fund) = funded(1000).await;
    let owner = database.owner().await;

    let too_much = spend(&owner, fund, 1001).await.unwrap_err();
    spend(&owner, fund, 1000).await.unwrap();
    let nothing_left = spend(&owner, fund, 1).await.unwrap_err();

    assert_eq!(fault(&too_much), ("P0402", Some("funds_floor")));
    assert_eq!(fault(&nothing_left), ("P0402", Some("funds_floor")));
    assert_eq!(balance(&owner, fund).await, 0);
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn money_that_is_not_committed_is_not_spent() {
    let (database, contributor, fund) = funded(100).await;
    let (owner, giver) = (database.owner().await, database.app().await);
    let project: Uuid =
        value(&owner, &format!("select project_ref from ledger.funds where id = '{fund}'")).await;
    giver.batch_execute("begin").await.unwrap();
    Gift { project: Some(project), amount: 500, ..Gift::of(contributor) }
        .give(&giver)
        .await
        .unwrap();

    let early = spend(&owner, fund, 600).await.unwrap_err();
    giver.batch_execute("commit").await.unwrap();
    spend(&owner, fund, 600).await.unwrap();

    assert_eq!(fault(&early), ("P0402", Some("funds_floor")));
    assert_eq!(balance(&owner, fund).await, 0);
}

#[tokio::test]
async fn many_spenders_givers_and_folders_never_overspend() {
    let (database, contributor, fund) = funded(1000).await;
    let owner = database.owner().await;
    let project: Uuid =
        value(&owner, &format!("select project_ref from ledger.funds where id = '{fund}'")).await;
    let mut work = Vec::new();
    for n in 0..12 {
        let session = if n < 8 { database.owner().await } else { database.app().await };
        work.push(tokio::spawn(async move {
            let mut moved = 0;
            for _ in 0..20 {
                match n {
                    0..8 => match spend(&session, fund, 70).await {
                        Ok(()) => moved -= 70,
                        Err(error) => assert_eq!(fault(&error), ("P0402", Some("funds_floor"))),
                    },
                    8..11 => {
                        let gift =
                            Gift { project: Some(project), amount: 30, ..Gift::of(contributor) };
                        gift.give(&session).await.unwrap();
                        moved += 30;
                    }
                    _ => session
                        .batch_execute("select ledger.fold(); select ledger.seal(5)")
                        .await
                        .unwrap(),
                }
            }
            moved
        }));
    }
    let mut expected = 1000;
    for task in work {
        expected += task.await.unwrap();
    }

    assert!(expected >= 0);
    assert_eq!(balance(&owner, fund).await, expected);
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    owner.batch_execute("select ledger.fold(); select ledger.seal()").await.unwrap();
    assert_eq!(balance(&owner, fund).await, expected);
    assert_eq!(value::<i64>(&owner, "select count(*) from ledger.balance_deltas").await, 0);
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    assert_eq!(value::<i64>(&owner, "select count(*) from ledger.verify_chain()").await, 0);
}

#[tokio::test]
async fn spending_from_several_funds_in_any_order_never_deadlocks() {
    let (database, contributor) = books().await;
    let app = database.app().await;
    let mut funds = Vec::new();
    for _ in 0..3 {
        let gift = Gift { amount: 100_000, project: Some(Uuid::new_v4()), ..Gift::of(contributor) };
        funds.push(gift.give(&app).await.unwrap().fund);
    }
    let owner = database.owner().await;
    owner
        .batch_execute("select ledger.leaf_account('3900', id, 'GBP') from ledger.funds")
        .await
        .unwrap();
    let mut work = Vec::new();
    for n in 0..6 {
        let session = database.owner().await;
        let mut order = funds.clone();
        order.rotate_left(n % 3);
        if n >= 3 {
            order.reverse();
        }
        let list: Vec<String> = order.iter().map(|fund| format!("'{fund}'")).collect();
        let sql = format!(
            "select ledger.post(null, 'test.spent', '2026-11-21', 'test', gen_random_uuid(),
               (select array_agg(ledger.leaf_account('3900', f, 'GBP') order by n)
                from unnest(array[{}]::uuid[]) with ordinality u (f, n))
               || ledger.leaf_account('3900', (select id from ledger.funds where code = 'GEN'), 'GBP'),
               '{{1,1,1,-3}}')",
            list.join(", ")
        );
        work.push(tokio::spawn(async move {
            for _ in 0..15 {
                session.batch_execute(&sql).await.unwrap();
            }
        }));
    }
    for task in work {
        task.await.unwrap();
    }

    for fund in funds {
        assert_eq!(balance(&owner, fund).await, 100_000 - 90);
    }
}

#[tokio::test]
async fn a_guarded_account_keeps_its_floor() {
    let (database, contributor) = books().await;
    Gift::of(contributor).give(&database.app().await).await.unwrap();
    let owner = database.owner().await;
    owner
        .batch_execute("update ledger.accounts set floor_minor = 400 where code = '1200'")
        .await
        .unwrap();
    let payout = |amount: u16| {
        format!(
            "select ledger.post(null, 'test.paid_out', '2026-11-21', 'test', gen_random_uuid(),
               array[ledger.leaf_account('1010', null, 'GBP'), ledger.leaf_account('1200', null, 'GBP')],
               '{{{amount},-{amount}}}')"
        )
    };

    assert_refused(&owner, &payout(601), "P0402", "accounts_floor").await;
    owner.batch_execute(&payout(600)).await.unwrap();
    assert_refused(&owner, &payout(1), "P0402", "accounts_floor").await;
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_fund_closes_after_the_postings_under_way() {
    let (database, contributor, fund) = funded(100).await;
    let (owner, giver) = (database.owner().await, database.app().await);
    let project: Uuid =
        value(&owner, &format!("select project_ref from ledger.funds where id = '{fund}'")).await;
    let gift = Gift { project: Some(project), ..Gift::of(contributor) };
    giver.batch_execute("begin").await.unwrap();
    gift.give(&giver).await.unwrap();
    owner.batch_execute("set lock_timeout = '100ms'").await.unwrap();
    let close = format!("update ledger.funds set closed_at = now() where id = '{fund}'");

    assert_refused(&owner, &close, "55P03", "").await;
    giver.batch_execute("commit").await.unwrap();
    owner.batch_execute(&close).await.unwrap();

    let late = Gift { key: "late".to_owned(), ..gift };
    assert_eq!(late.refusal(&giver).await, ("P0409".to_owned(), "accounts_open".to_owned()));
}
