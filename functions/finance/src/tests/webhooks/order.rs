//! Whatever the order in which messages come, how often, and how late: the books are the same.
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use super::super::golden::{Books, pence};

/// What happens to one payment of 100.00 and a tip of 5.00, in the order in which it happens.
#[derive(Debug, Clone)]
struct Life {
    fee: bool,
    fails_first: bool,
    refunds: Vec<(i64, bool)>,
    dispute: Option<(i64, &'static str)>,
    payout: Option<bool>,
}

fn life() -> impl Strategy<Value = Life> {
    let refunds = prop::collection::vec((1..3_000_i64, any::<bool>()), 0..3);
    let outcome = prop_oneof![Just("opened"), Just("won"), Just("lost")];
    let dispute = prop::option::of((1..4_000_i64, outcome));
    let payout = prop::option::of(any::<bool>());
    (any::<bool>(), any::<bool>(), refunds, dispute, payout).prop_map(
        |(fee, fails_first, refunds, dispute, payout)| Life {
            fee,
            fails_first,
            refunds,
            dispute,
            payout,
        },
    )
}

impl Life {
    /// The messages, with `p` as the name of the payment.
    fn messages(&self, p: &str) -> Vec<(&'static str, Value)> {
        let mut told = Vec::new();
        if self.fails_first {
            told.push(("charge.failed", json!({ "payment_ref": p })));
        }
        told.push(("charge.settled", json!({ "payment_ref": p, "amount": pence(10_500) })));
        if self.fee {
            let fee = json!({ "fee_ref": format!("F{p}"), "payment_ref": p, "amount": pence(210) });
            told.push(("fee.charged", fee));
        }
        for (n, (minor, fails)) in self.refunds.iter().enumerate() {
            let refund = json!({ "payment_ref": p, "refund_ref": format!("R{n}{p}"), "amount": pence(*minor) });
            told.push(("refund.settled", refund.clone()));
            if *fails {
                told.push(("refund.failed", refund));
            }
        }
        if let Some((minor, outcome)) = self.dispute {
            let dispute = json!({
                "payment_ref": p, "dispute_ref": format!("D{p}"), "amount": pence(minor), "fee": pence(2_000),
            });
            told.push(("dispute.opened", dispute.clone()));
            match outcome {
                "won" => told.push(("dispute.won", dispute)),
                "lost" => told.push(("dispute.lost", dispute)),
                _ => {}
            }
        }
        if let Some(fails) = self.payout {
            let payout = json!({ "payout_ref": format!("O{p}"), "amount": pence(9_000), "arrives_on": "2026-11-23" });
            told.push(("payout.paid", payout.clone()));
            if fails {
                told.push(("payout.failed", payout));
            }
        }
        told
    }

    /// What the fund of the gift holds in the end, by hand.
    fn held(&self) -> i64 {
        let back: i64 =
            self.refunds.iter().filter(|(_, fails)| !fails).map(|(minor, _)| minor).sum();
        let lost =
            self.dispute.map_or(0, |(minor, outcome)| if outcome == "lost" { minor } else { 0 });
        10_000 - if self.fee { 200 } else { 0 } - back - lost
    }
}

/// How a message travels: how early it comes, how often, and whether the job runs after it.
type Way = (u32, usize, bool);

async fn live(books: &Books, life: &Life, p: &str, ways: &[Way]) -> String {
    let project = uuid::Uuid::new_v4();
    let before = pooled(books).await;
    let mut sent: Vec<_> = life
        .messages(p)
        .into_iter()
        .enumerate()
        .flat_map(|(n, message)| {
            let (early, times, works) = ways[n % ways.len()];
            (0..=times).map(move |time| {
                let early = early.rotate_left(u32::try_from(n + 7 * time).unwrap());
                // The second delivery has the same id, the third is another message about the same.
                (early, format!("{p}-{n}-{}", time / 2), works, message.clone())
            })
        })
        .collect();
    if ways.len() > 1 {
        sent.sort_by_key(|(early, ..)| *early);
    }
    // Another gift keeps the fund from running short, which would be a matter of order.
    books.give(&json!({ "project_ref": project })).await;
    for (at, (_, id, works, (kind, data))) in sent.into_iter().enumerate() {
        if at == 1 {
            books.promised(p, &json!({ "project_ref": project, "tip": pence(500) })).await;
        }
        books.told(&id, kind, &data).await;
        if works {
            books.processed().await;
        }
    }
    let known = format!("giving.contributions where provider_ref = '{p}'");
    if books.app.count(&known).await == 0 {
        books.promised(p, &json!({ "project_ref": project, "tip": pence(500) })).await;
    }
    books.processed().await;
    let left = books.app.value(&format!("select count(*)::text from finance.webhook_queue q join finance.webhook_events e on e.id = q.webhook_event_id where e.event_id like '{p}-%'")).await;
    assert_eq!(left, "0", "{}", books.parked().await);
    let fund = format!("(select id from ledger.funds where code = 'project:{project}')");
    let own = books
        .app
        .value(&format!(
            "select coalesce(string_agg(code || ' ' || minor, ', ' order by code), '') from (
               select a.code, sum(e.amount) as minor from ledger.entries e join ledger.accounts a on a.id = e.account_id
               where a.fund_id = {fund} group by a.code having sum(e.amount) <> 0) t"
        ))
        .await;
    let states = books
        .app
        .value(&format!(
            "select concat_ws(' ', c.status,
               (select string_agg(r.status, ',' order by r.processor_ref) from giving.refunds r where r.contribution_id = c.id),
               (select string_agg(d.status, ',') from giving.disputes d where d.contribution_id = c.id),
               (select o.status from giving.payouts o where o.processor_ref = 'O{p}'))
             from giving.contributions c where c.provider_ref = '{p}'"
        ))
        .await;
    let held = books.app.value(&format!("select ledger.fund_balance({fund}, 'GBP')::text")).await;
    assert_eq!(held.parse::<i64>().unwrap(), 10_000 + life.held());
    let after = pooled(books).await;
    let moved: Vec<i64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    format!("{states}; {own}; {moved:?}")
}

/// 1010, 1200, 1210 and the accounts of the general fund.
async fn pooled(books: &Books) -> Vec<i64> {
    let sums = "select string_agg(coalesce(minor, 0)::text, ' ' order by code) from (
                  select t.code, sum(e.amount) as minor
                  from unnest(array['1010', '1200', '1210', '3900', '4040', '5100', '5120']) t (code)
                  left join ledger.accounts a on a.code = t.code
                    and (a.fund_id is null or a.fund_id = (select id from ledger.funds where code = 'GEN'))
                  left join ledger.entries e on e.account_id = a.id
                  group by t.code) s";
    let sums = books.app.value(sums).await;
    sums.split(' ').map(|sum| sum.parse().unwrap()).collect()
}

#[test]
fn any_order_comes_to_the_same_books() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let books = runtime.block_on(Books::new());
    let number = std::cell::Cell::new(0);
    let ways = prop::collection::vec((any::<u32>(), 0..3_usize, any::<bool>()), 2..12);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 10,
        failure_persistence: None,
        ..Default::default()
    });

    let result = runner.run(&(life(), ways), |(life, ways)| {
        number.set(number.get() + 1);
        let name = |world: &str| format!("PM{}{world}", number.get());
        let straight = runtime.block_on(live(&books, &life, &name("a"), &[(0, 0, true)]));
        let shuffled = runtime.block_on(live(&books, &life, &name("b"), &ways));
        prop_assert_eq!(straight, shuffled);
        Ok(())
    });

    if let Err(failed) = result {
        panic!("{failed}");
    }
    runtime.block_on(books.are_sound());
}
