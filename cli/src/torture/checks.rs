//! What must be true once the load has ended: every answer is in the books exactly once, and they are sound.
use std::collections::BTreeMap;

use serde_json::json;
use tokio_postgres::Client as Session;

use super::{
    plan::{Act, Record},
    scene::{Scene, column, rows},
};
use crate::failure::Failure;

/// Journals of each kind.
const KINDS: &str = "select kind, count(*) from ledger.journals group by kind";

/// Money in banks and with processors.
const CASH: &str = "select coalesce(sum(e.amount), 0) from ledger.entries e
  join ledger.accounts a on a.id = e.account_id
  where a.code in ('1000', '1020', '1200') and a.currency = 'GBP'";

/// How often each key took effect: what it left under its own name, with the journal of that.
const EFFECTS: &str = "
  with effects (key) as (
    select c.note from giving.contributions c
      join ledger.journals j on j.source_type = 'contribution' and j.source_id = c.id and j.kind = 'contribution.settled'
    union all
    select r.note from giving.refunds r
      join ledger.journals j on j.source_type = 'refund' and j.source_id = r.id and j.kind = 'refund.settled'
    union all
    select a.reason from giving.allocations a
      join ledger.journals j on j.source_type = 'allocation' and j.source_id = a.id and j.kind = 'allocation.confirmed'
    union all
    select j.reason from ledger.journals j
      where j.kind in ('allocation.reversed', 'disbursement.failed', 'disbursement.withdrawn')
    union all
    select d.without_milestone_reason from giving.disbursements d
    union all
    select p.comment from giving.disbursement_approvals p
      join ledger.journals j on j.source_type = 'disbursement' and j.source_id = p.disbursement_id
        and j.kind = 'disbursement.approved'
    union all
    select t.bank_ref from giving.disbursement_attempts t
      join ledger.journals j on j.source_type = 'disbursement_attempt' and j.source_id = t.id and j.kind = 'disbursement.paid'
    union all
    select k.key from finance.idempotency_keys k
      join asked on asked.key = k.key and asked.act = 'order to the bank'
      join ledger.journals j on j.id = (k.response ->> 'sent_journal_id')::uuid and j.kind = 'disbursement.sent'
  )
  select asked.key, asked.accepted, count(effects.key)
  from asked left join effects on effects.key = asked.key
  group by asked.key, asked.accepted
  having count(effects.key) <> asked.accepted::integer";

/// Rules of the books that do not hold, each with its name; the queues are empty by then.
const RULES: &[(&str, &str)] = &[
    ("", "select invariant || ' ' || what from ledger.invariant_breaks limit 100"),
    (
        "trial balance is not zero",
        "select currency || ' ' || sum(balance) from ledger.trial_balance group by currency having sum(balance) <> 0",
    ),
    ("chain of seals", "select bad_seq || ' ' || why from ledger.verify_chain() limit 100"),
    (
        "not sealed",
        "select id from ledger.journals where id not in (select journal_id from ledger.seals) limit 100",
    ),
    (
        "folded balance differs from its entries",
        "select b.account_id from ledger.account_balances b
         left join ledger.entries e on e.account_id = b.account_id
         group by b.account_id, b.balance having b.balance <> coalesce(sum(e.amount), 0) limit 100",
    ),
    ("delta is left", "select id from ledger.balance_deltas limit 100"),
    (
        "a key took effect twice",
        "select key from finance.idempotency_keys group by key having count(*) > 1 limit 100",
    ),
];

/// What the books held before a round.
#[derive(Clone, Debug)]
pub(super) struct Books {
    cash: i64,
    kinds: BTreeMap<String, i64>,
}

impl Books {
    pub(super) async fn read(session: &Session) -> Result<Books, Failure> {
        let cash = column(session, CASH).await?;
        let kinds = rows(session, KINDS).await?.into_iter().filter_map(|row| {
            let [kind, count] = <[String; 2]>::try_from(row).ok()?;
            Some((kind, count.parse().ok()?))
        });
        let cash = cash.first().and_then(|cash| cash.parse().ok()).unwrap_or_default();
        Ok(Books { cash, kinds: kinds.collect() })
    }

    fn count(&self, kind: &str) -> i64 {
        self.kinds.get(kind).copied().unwrap_or_default()
    }
}

/// What was found.
#[derive(Debug)]
pub(super) struct Checked {
    /// Keys that were acknowledged, and left nothing.
    pub(super) lost: Vec<String>,
    /// Keys that took effect more than once.
    pub(super) duplicated: Vec<String>,
    pub(super) journals: i64,
    pub(super) found: Vec<String>,
}

/// Compares the books with what was answered since `before`.
///
/// # Errors
/// When the books cannot be read.
pub(super) async fn after(
    scene: &Scene,
    before: &Books,
    records: &[Record],
) -> Result<Checked, Failure> {
    let session = scene.superuser("finance").await?;
    settle(&session).await?;
    let mut found = broken_rules(&session).await?;
    let now = Books::read(&session).await?;

    let cash: i64 = records.iter().filter(|it| it.accepted).map(|it| it.act.cash(it.minor)).sum();
    if now.cash - before.cash != cash {
        let moved = now.cash - before.cash;
        found.push(format!(
            "money in banks and with processors moved by {moved}, answered were {cash}"
        ));
    }
    for act in Act::ALL {
        let Some(kind) = act.journal() else { continue };
        let answered = records.iter().filter(|it| it.accepted && it.act == act).count();
        let posted = now.count(kind) - before.count(kind);
        if i64::try_from(answered) != Ok(posted) {
            found.push(format!("{posted} journals {kind}, {answered} answered"));
        }
    }

    let (mut lost, mut duplicated) = (Vec::new(), Vec::new());
    for row in effects(&session, records).await? {
        match &row[..] {
            [key, _, count] if count == "0" => lost.push(key.clone()),
            [key, accepted, count] if accepted == "f" && count == "1" => {
                found.push(format!("refused, and in the books: {key}"));
            }
            [key, ..] => duplicated.push(key.clone()),
            [] => {}
        }
    }
    let journals = now.kinds.values().sum();
    Ok(Checked { lost, duplicated, journals, found })
}

/// Rules that do not hold.
///
/// # Errors
/// When the books cannot be read.
pub(super) async fn broken_rules(session: &Session) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for (name, sql) in RULES {
        let broken = column(session, sql).await?;
        found.extend(broken.into_iter().map(|what| format!("{name} {what}").trim().to_owned()));
    }
    Ok(found)
}

/// Folds and seals all that waits.
///
/// # Errors
/// When the books refuse.
pub(super) async fn settle(session: &Session) -> Result<(), Failure> {
    for sql in ["select ledger.fold(1000)", "select ledger.seal(1000)"] {
        while column(session, sql).await?.first().is_some_and(|taken| taken != "0") {}
    }
    Ok(())
}

async fn effects(session: &Session, records: &[Record]) -> Result<Vec<Vec<String>>, Failure> {
    let asked: Vec<_> = records
        .iter()
        .map(|it| json!({ "key": it.key, "act": it.act.name(), "accepted": it.accepted }))
        .collect();
    // Keys are words of ours: nothing in them is quoted.
    let asked = format!(
        "drop table if exists asked;
         create temporary table asked as
         select * from jsonb_to_recordset('{}') as a (key text, act text, accepted boolean)",
        json!(asked)
    );
    rows(session, &asked).await?;
    rows(session, EFFECTS).await
}
