use std::collections::BTreeSet;

use uuid::Uuid;

use super::support::{Gift, books, breaks, value, values};

#[tokio::test]
async fn a_contribution_is_in_the_books_with_its_row() {
    let (database, contributor) = books().await;
    let app = database.app().await;
    let project = Uuid::new_v4();
    let id = Uuid::new_v4();
    let gift = Gift {
        id: Some(id),
        project: Some(project),
        note: Some("For you".to_owned()),
        ..Gift::of(contributor)
    };

    let given = gift.give(&app).await.unwrap();

    assert_eq!((given.id, given.replayed), (id, false));
    assert!(
        given.rest.starts_with(&format!(
            "{contributor} {project} restricted 1000 GBP For you settled manual 2026-11-21 "
        )),
        "{}",
        given.rest
    );
    let lines: Vec<String> = values(
        &app,
        &format!(
            "select concat_ws(' ', a.code, f.code, e.currency, e.amount)
             from ledger.entries e join ledger.accounts a on a.id = e.account_id left join ledger.funds f on f.id = a.fund_id
             where e.journal_id = '{}' order by e.line",
            given.journal
        ),
    )
    .await;
    assert_eq!(lines, ["1200 GBP 1000".to_owned(), format!("4000 project:{project} GBP -1000")]);
    let journal: String = value(
        &app,
        "select concat_ws(' ', kind, source_type, source_id, effective_date, request_id, lines) from ledger.journals",
    )
    .await;
    assert_eq!(
        journal,
        format!("contribution.settled contribution {id} 2026-11-21 test-request 2")
    );
    let events: Vec<String> =
        values(&app, "select concat_ws(' ', topic, aggregate_type, aggregate_id) from finance.outbox_events order by position").await;
    assert_eq!(
        events,
        [
            format!("finance.journal.posted.v1 journal {}", given.journal),
            format!("finance.contribution.settled.v1 contribution {id}"),
        ]
    );
    assert_eq!(breaks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn without_a_project_it_goes_to_the_general_fund() {
    let (database, contributor) = books().await;
    let app = database.app().await;

    let given = Gift { currency: "EUR", ..Gift::of(contributor) }.give(&app).await.unwrap();

    assert!(given.rest.contains(" unrestricted 1000 EUR "), "{}", given.rest);
    assert_eq!(
        value::<String>(
            &app,
            &format!("select code from ledger.funds where id = '{}'", given.fund)
        )
        .await,
        "GEN"
    );
}

#[tokio::test]
async fn a_repeated_key_answers_again_and_records_nothing() {
    let (database, contributor) = books().await;
    let app = database.app().await;
    let gift = Gift {
        id: Some(Uuid::new_v4()),
        note: Some("ä \" \\ \n".to_owned()),
        ..Gift::of(contributor)
    };
    let first = gift.give(&app).await.unwrap();

    // The answer is the one that was given, in any time zone, and after the row has moved on.
    app.batch_execute("set timezone = 'Asia/Kolkata'").await.unwrap();
    let owner = database.owner().await;
    owner.batch_execute("update giving.contributors set deleted_at = now()").await.unwrap();
    app.batch_execute("set timezone = 'UTC'").await.unwrap();
    let again = Gift { id: Some(Uuid::new_v4()), ..gift.clone() }.give(&app).await.unwrap();

    assert!(again.replayed);
    assert_eq!(super::support::Given { replayed: false, ..again }, first);
    let other = Gift { fingerprint: 2, ..gift };
    assert_eq!(
        other.refusal(&app).await,
        ("P0422".to_owned(), "idempotency_keys_fingerprint".to_owned())
    );
    assert_eq!(value::<i64>(&app, "select count(*) from ledger.journals").await, 1);
    assert_eq!(breaks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn fifty_callers_with_one_key_make_one_journal_and_get_one_answer() {
    let (database, contributor) = books().await;
    let gift = Gift { project: Some(Uuid::new_v4()), ..Gift::of(contributor) };
    let mut callers = Vec::new();
    for _ in 0..50 {
        let (app, gift) = (database.app().await, gift.clone());
        callers.push(tokio::spawn(async move { gift.give(&app).await.unwrap() }));
    }
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap());
    }

    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    let different: BTreeSet<String> = answers
        .iter()
        .map(|answer| format!("{} {} {} {}", answer.id, answer.fund, answer.journal, answer.rest))
        .collect();
    assert_eq!(different.len(), 1);
    let app = database.app().await;
    let counts = "select concat_ws(' ', (select count(*) from ledger.journals), (select count(*) from giving.contributions),
        (select count(*) from finance.outbox_events))";
    assert_eq!(value::<String>(&app, counts).await, "1 1 2");
    assert_eq!(breaks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn first_contributions_to_one_project_at_once_open_one_fund() {
    let (database, contributor) = books().await;
    let project = Uuid::new_v4();
    let mut callers = Vec::new();
    for _ in 0..20 {
        let app = database.app().await;
        let gift = Gift { project: Some(project), ..Gift::of(contributor) };
        callers.push(tokio::spawn(async move { gift.give(&app).await.unwrap().fund }));
    }
    let mut funds = BTreeSet::new();
    for caller in callers {
        funds.insert(caller.await.unwrap());
    }

    assert_eq!(funds.len(), 1);
    let app = database.app().await;
    let counts = "select concat_ws(' ', (select count(*) from ledger.funds), (select count(*) from ledger.accounts),
        (select count(*) from ledger.journals))";
    assert_eq!(value::<String>(&app, counts).await, "2 2 20");
    let fund = funds.first().unwrap();
    assert_eq!(
        value::<i64>(&app, &format!("select ledger.fund_balance('{fund}', 'GBP')::bigint")).await,
        20_000
    );
    assert_eq!(breaks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn contributions_do_not_wait_for_each_other() {
    let (database, contributor) = books().await;
    let (one, two) = (database.app().await, database.app().await);
    let gift = || Gift { project: Some(Uuid::from_u128(1)), ..Gift::of(contributor) };
    gift().give(&one).await.unwrap();
    two.batch_execute("set lock_timeout = '1ms'").await.unwrap();

    // Same contributor, project, fund and accounts; the first one has not committed.
    one.batch_execute("begin").await.unwrap();
    gift().give(&one).await.unwrap();
    gift().give(&two).await.unwrap();
    one.batch_execute("commit").await.unwrap();

    assert_eq!(value::<i64>(&two, "select count(*) from ledger.journals").await, 3);
}

#[tokio::test]
async fn a_key_that_is_in_use_is_waited_for_within_the_lock_timeout() {
    let (database, contributor) = books().await;
    let (one, two) = (database.app().await, database.app().await);
    let gift = Gift::of(contributor);
    one.batch_execute("begin").await.unwrap();
    gift.give(&one).await.unwrap();

    two.batch_execute("set lock_timeout = '50ms'").await.unwrap();
    assert_eq!(gift.refusal(&two).await.0, "55P03");
    one.batch_execute("rollback").await.unwrap();
    assert!(!gift.give(&two).await.unwrap().replayed);
}

#[tokio::test]
async fn a_refusal_names_its_constraint_and_leaves_nothing() {
    let (database, contributor) = books().await;
    let app = database.app().await;
    let gift = || Gift { project: Some(Uuid::new_v4()), ..Gift::of(contributor) };
    let known = gift().give(&app).await.unwrap().id;
    app.batch_execute(
        "insert into giving.contributors (id, type, display_name, deleted_at)
         values ('00000000-0000-0000-0000-000000000001', 'individual', 'Gone', now())",
    )
    .await
    .unwrap();
    let state = "select concat_ws(' ', (select count(*) from finance.idempotency_keys), (select count(*) from ledger.funds),
        (select count(*) from ledger.accounts), (select count(*) from ledger.journals),
        (select count(*) from giving.contributions), (select count(*) from finance.outbox_events))";
    let before: String = value(&app, state).await;

    let cases = [
        (
            Gift { contributor: Uuid::new_v4(), ..gift() },
            "23503",
            "contributions_contributor_id_fkey",
        ),
        (
            Gift { contributor: Uuid::from_u128(1), ..gift() },
            "23503",
            "contributions_contributor_id_fkey",
        ),
        (Gift { id: Some(known), ..gift() }, "23505", "contributions_pkey"),
        (Gift { currency: "XTS", ..gift() }, "23503", "contributions_currency_fkey"),
        (Gift { currency: "gbp", ..gift() }, "23503", "contributions_currency_fkey"),
        (Gift { day: "2024-04-05", ..gift() }, "P0409", "accounting_periods_open"),
        (Gift { day: "2031-04-06", ..gift() }, "P0409", "accounting_periods_open"),
        (Gift { amount: 0, ..gift() }, "23514", "contributions_amount_minor_range"),
        (Gift { amount: -1, ..gift() }, "23514", "contributions_amount_minor_range"),
        (
            Gift { amount: 9_000_000_000_000_001, ..gift() },
            "23514",
            "contributions_amount_minor_range",
        ),
        (Gift { note: Some(String::new()), ..gift() }, "23514", "contributions_note_length"),
        (Gift { note: Some("ä".repeat(501)), ..gift() }, "23514", "contributions_note_length"),
        (Gift { key: String::new(), ..gift() }, "23514", "key_text_length"),
        (Gift { key: "k".repeat(256), ..gift() }, "23514", "key_text_length"),
    ];
    for (gift, code, constraint) in cases {
        assert_eq!(gift.refusal(&app).await, (code.to_owned(), constraint.to_owned()), "{gift:?}");
        assert_eq!(value::<String>(&app, state).await, before);
    }
    for day in ["2024-04-06", "2031-04-05"] {
        Gift {
            day,
            note: Some("ä".repeat(500)),
            key: "k".repeat(255).replacen('k', day, 1)[..255].to_owned(),
            ..gift()
        }
        .give(&app)
        .await
        .unwrap();
    }
    Gift { amount: 9_000_000_000_000_000, ..gift() }.give(&app).await.unwrap();
    assert_eq!(breaks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_posted_about_a_contribution_stays() {
    let (database, contributor) = books().await;
    Gift::of(contributor).give(&database.app().await).await.unwrap();
    let owner = database.owner().await;

    for change in [
        "amount_minor = 1",
        "currency = 'EUR'",
        "occurred_on = '2026-11-20'",
        "journal_id = null, settled_at = null, status = 'failed'",
    ] {
        let sql = format!("update giving.contributions set {change}");
        super::support::assert_refused(&owner, &sql, "42501", "").await;
    }
    owner.batch_execute("update giving.contributions set status = 'refunded'").await.unwrap();
    assert_eq!(value::<i32>(&owner, "select version from giving.contributions").await, 2);
}

#[tokio::test]
async fn a_contributor_is_one_live_person_and_anonymous_is_nobody() {
    let (database, _) = books().await;
    let app = database.app().await;
    let insert = |values: &str| {
        format!(
            "insert into giving.contributors (type, display_name, email, contact_ref, locale) values ({values})"
        )
    };
    let contact = "'00000000-0000-0000-0000-000000000001'";
    app.batch_execute(&insert(&format!("'individual', 'A', 'home@example.org', {contact}, 'de'")))
        .await
        .unwrap();
    app.batch_execute(&insert("'individual', 'B', 'home@example.org', null, 'en'")).await.unwrap();

    for (values, code, constraint) in [
        (
            format!("'individual', 'C', null, {contact}, 'en'"),
            "23505",
            "contributors_contact_ref_key",
        ),
        (
            "'anonymous', 'A', 'a@b', null, 'en'".to_owned(),
            "23514",
            "contributors_anonymous_is_nobody",
        ),
        ("'robot', 'A', null, null, 'en'".to_owned(), "23514", "contributors_type_known"),
        (
            "'individual', ' ', null, null, 'en'".to_owned(),
            "23514",
            "contributors_display_name_length",
        ),
        ("'individual', 'A', 'nobody', null, 'en'".to_owned(), "23514", "contributors_email_shape"),
        ("'individual', 'A', null, null, 'fr'".to_owned(), "23514", "contributors_locale_known"),
    ] {
        super::support::assert_refused(&app, &insert(&values), code, constraint).await;
    }
    app.batch_execute(
        "update giving.contributors set deleted_at = now() where contact_ref is not null",
    )
    .await
    .unwrap();
    app.batch_execute(&insert(&format!("'individual', 'C', null, {contact}, 'en'"))).await.unwrap();
}
