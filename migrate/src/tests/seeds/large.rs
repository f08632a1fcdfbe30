//! The large set: books that balance, and the rows that the posting functions would write.

use types::seed_uuid;
use uuid::Uuid;

use super::super::support::{Database, breaks, refusal, value, values};
use super::{SIZE, counts, demo, load};
use crate::seed::{Set, Size, trial_balance};

#[tokio::test]
async fn the_large_books_break_no_rule_and_balance() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;

    load(&owner, "finance", Set::Large).await;

    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    let balances = trial_balance(&owner).await.unwrap();
    assert_eq!(balances.iter().map(|b| &b.currency).collect::<Vec<_>>(), ["EUR", "GBP"]);
    assert!(balances.iter().all(|b| b.debits == b.credits && b.debits > 0), "{balances:?}");
    let made: i64 = value(
        &owner,
        "select count(*) from giving.contributions c join ledger.journals j on j.id = c.journal_id
         where j.source_id = c.id and j.lines = 2",
    )
    .await;
    let by_hand: i64 =
        value(&owner, "select count(*) from finance.idempotency_keys where key !~ '^large-' and response ? 'own_money'").await;
    assert_eq!(made, i64::from(SIZE.contributions) + by_hand);
}

#[tokio::test]
async fn contributors_are_contacts_and_projects_collect_in_their_currency() {
    let (platform, projects, finance) = (
        Database::migrated("platform").await,
        Database::migrated("projects").await,
        Database::migrated("finance").await,
    );
    let (platform, projects, finance) =
        (platform.owner().await, projects.owner().await, finance.owner().await);
    load(&platform, "platform", Set::Large).await;
    load(&projects, "projects", Set::Large).await;
    load(&finance, "finance", Set::Large).await;

    let contacts: Vec<Uuid> = values(&platform, "select id from party.contacts").await;
    let collecting: Vec<String> = values(
        &projects,
        "select id::text || ' ' || currency from community.projects where status = 'funding' and slug ~ '-[0-9]+$'",
    )
    .await;
    let givers: Vec<Uuid> = values(
        &finance,
        "select contact_ref from giving.contributors where contact_ref is not null",
    )
    .await;
    let given: Vec<String> = values(
        &finance,
        "select distinct c.project_ref::text || ' ' || c.currency
         from giving.contributions c join finance.idempotency_keys k on k.response ->> 'id' = c.id::text
         where k.key ~ '^large-' and c.project_ref is not null",
    )
    .await;

    assert_eq!(givers.len(), 21);
    assert!(givers.iter().all(|giver| contacts.contains(giver)), "{givers:?}");
    assert_eq!(collecting.len(), SIZE.projects as usize);
    assert!(given.len() > 2 && given.iter().all(|g| collecting.contains(g)), "{given:?}");
}

/// All that a gift leaves behind, without what is new each time: times and the ids of journals, funds and accounts.
const TRACES: [&str; 7] = [
    "select (to_jsonb(c) - '{fund_id,journal_id,settled_at,created_at,updated_at}'::text[]
       || jsonb_build_object('fund', f.code))::text
     from giving.contributions c join ledger.funds f on f.id = c.fund_id order by c.id",
    "select (to_jsonb(j) - '{id,posted_at,xid}'::text[])::text from ledger.journals j
     where j.source_type = 'contribution' order by j.source_id",
    "select concat_ws(' ', j.source_id, e.line, a.code, f.code, e.currency, e.amount)
     from ledger.entries e join ledger.journals j on j.id = e.journal_id
     join ledger.accounts a on a.id = e.account_id left join ledger.funds f on f.id = a.fund_id
     where j.source_type = 'contribution' order by j.source_id, e.line",
    "select concat_ws(' ', a.code, f.code, a.currency, ledger.balance(a.id))
     from ledger.accounts a left join ledger.funds f on f.id = a.fund_id order by 1",
    "select j.source_id::text from ledger.seal_queue q join ledger.journals j on j.id = q.journal_id
     where j.source_type = 'contribution' order by 1",
    "select concat_ws(' ', o.topic, o.aggregate_type, coalesce(j.source_id, o.aggregate_id), f.code,
       o.payload ? 'journal_id', o.published_at, (o.payload - '{fund_id,journal_id}'::text[])::text)
     from finance.outbox_events o
     left join ledger.journals j on j.id = o.aggregate_id
     left join ledger.funds f on f.id = (o.payload ->> 'fund_id')::uuid
     where o.aggregate_type = 'contribution' or j.source_type = 'contribution'
     order by 1",
    "select concat_ws(' ', k.scope, k.key, k.fingerprint, k.status,
       (k.response - '{fund_id,journal_id,settled_at,created_at,updated_at}'::text[])::text)
     from finance.idempotency_keys k
     where k.response ->> 'journal_id' = (
       select c.journal_id::text from giving.contributions c where c.id = (k.response ->> 'id')::uuid)
     order by k.key",
];

#[tokio::test]
async fn gifts_leave_the_traces_that_the_posting_function_leaves() {
    let (set, single) = (Database::migrated("finance").await, Database::migrated("finance").await);
    let (set, single) = (set.owner().await, single.owner().await);
    let size = Size { contributions: 90, chunk: 40, ..SIZE };

    demo("finance", Set::Large).size(size).load(&set, |_| {}).await.unwrap();
    let without = Size { contributions: 0, ..size };
    demo("finance", Set::Large).size(without).load(&single, |_| {}).await.unwrap();
    let gifts: Vec<String> = values(
        &set,
        "select format('select from giving.contribute(%L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L)',
           k.scope, k.key, k.fingerprint, c.id, c.contributor_id, c.project_ref, c.amount_minor, c.currency, c.note,
           c.occurred_on, c.created_by, j.request_id)
         from giving.contributions c join ledger.journals j on j.id = c.journal_id
         join finance.idempotency_keys k on k.response ->> 'id' = c.id::text
         where k.key ~ '^large-'",
    )
    .await;
    for gift in &gifts {
        single.batch_execute(gift).await.unwrap();
    }

    assert_eq!(gifts.len(), 90);
    for sql in TRACES {
        let (set, single): (Vec<String>, Vec<String>) =
            (values(&set, sql).await, values(&single, sql).await);
        assert!(!set.is_empty());
        assert_eq!(
            set, single,
            "the posting functions write something else now; see seed/books.rs"
        );
    }
    let rows = async |client| {
        let mut counts = counts(client).await.unwrap();
        // A posting leaves one per account, a chunk one per account of all its gifts: their sums are compared above.
        counts.retain(|count| count.table != "ledger.balance_deltas");
        counts
    };
    assert_eq!(
        rows(&set).await,
        rows(&single).await,
        "the posting functions write to another table"
    );
}

#[tokio::test]
async fn closed_books_take_no_demo_data() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    owner
        .batch_execute(
            "select ledger.close_period(id, null) from ledger.accounting_periods where span @> date '2025-05-01'",
        )
        .await
        .unwrap();

    let error = demo("finance", Set::Large).load(&owner, |_| {}).await.unwrap_err();

    let cause = std::error::Error::source(&error).unwrap();
    let refused = cause.downcast_ref::<tokio_postgres::Error>().unwrap().as_db_error().unwrap();
    assert_eq!(refused.constraint(), Some("accounting_periods_open"), "{error:?}");
    let found: i64 =
        value(&owner, "select count(*) from finance.idempotency_keys where key ~ '^large-'").await;
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_deleted_contributor_gives_no_more() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    let without = Size { contributions: 0, ..SIZE };
    demo("finance", Set::Large).size(without).load(&owner, |_| {}).await.unwrap();
    let gone = seed_uuid("finance.contributor", "large-00001");
    let delete = format!("update giving.contributors set deleted_at = now() where id = '{gone}'");
    owner.batch_execute(&delete).await.unwrap();

    load(&owner, "finance", Set::Large).await;

    let sql = format!("select count(*) from giving.contributions where contributor_id = '{gone}'");
    assert_eq!(value::<i64>(&owner, &sql).await, 0);
    assert_eq!(breaks(&owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_guards_the_books_is_on_while_they_are_filled() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    load(&owner, "finance", Set::Large).await;

    let off: Vec<String> = values(
        &owner,
        "select tgrelid::regclass::text || ' ' || tgname from pg_trigger where tgenabled = 'D' and not tgisinternal",
    )
    .await;
    let (code, constraint) = refusal(
        &owner,
        "begin;
         insert into ledger.journals (kind, effective_date, source_type, source_id, lines)
         values ('contribution.settled', '2026-01-01', 'contribution', gen_random_uuid(), 2);
         commit",
    )
    .await;

    assert_eq!(off, Vec::<String>::new());
    assert_eq!((code.as_str(), constraint.as_str()), ("23514", "journals_complete"));
}
