//! The name and address that Gift Aid is claimed with: who sets them, what the tax office would refuse, and erasures.
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::ContactId;

use crate::contributors::{
    create, delete, erase, find_tax_identity as find, set_tax_identity as set, update,
};

fn ada() -> Value {
    json!({ "title": "Ms", "first_name": "Ada", "last_name": "Lovelace", "house": "12", "postcode": "SW1A 1AA" })
}

/// [`ada`] with other values; null takes one away.
fn with(change: Value) -> Value {
    let mut body = ada();
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

async fn contributor(app: &App, kind: &str, contact: Option<ContactId>) -> String {
    let body = json!({ "type": kind, "display_name": "Ada", "contact_ref": contact });
    let made = app.created(&create::ROUTE, "treasurer", &body).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn put(app: &App, call: Call, id: &str, version: i32, body: &Value) -> Answer {
    let call = call.path(id).header("if-match", format!("\"{version}\"")).json(body);
    app.call(&set::ROUTE, call).await
}

async fn put_by_staff(app: &App, id: &str, version: i32, body: &Value) -> Answer {
    put(app, Call::role("treasurer"), id, version, body).await
}

#[tokio::test]
async fn a_name_changes_a_move_closes_the_address_before_and_the_same_changes_nothing() {
    let app = App::empty(Domain::Finance).await;
    let id = contributor(&app, "individual", None).await;
    let addresses =
        "select string_agg(house || ' ' || (valid_to is null), ', ' order by created_at)
        from giving.contributor_addresses";
    let entries = "finance.audit_logs";

    let unknown = app.call(&find::ROUTE, Call::role("auditor").path(&id)).await;
    let first = put_by_staff(&app, &id, 0, &ada()).await;
    let noted = app.count(entries).await;
    let same = put_by_staff(&app, &id, 1, &with(json!({ "postcode": "sw1a1aa" }))).await;
    let nothing = app.count(entries).await - noted;
    let renamed = put_by_staff(&app, &id, 1, &with(json!({ "last_name": "King" }))).await;
    let before = app.value(addresses).await;
    let moved = with(json!({ "last_name": "King", "house": "13" }));
    let moved = put_by_staff(&app, &id, 2, &moved).await;
    let stale = put_by_staff(&app, &id, 2, &ada()).await;
    let found = app.call(&find::ROUTE, Call::role("auditor").path(&id)).await;

    assert_eq!((unknown.status, first.status), (404, 200), "{}", first.body);
    assert_eq!((first.header("etag"), &first.body["country"]), (Some("\"1\""), &json!("GB")));
    assert_eq!((same.status, &same.body, nothing), (200, &first.body, 0));
    assert_eq!((renamed.status, before.as_str()), (200, "12 true"), "{}", renamed.body);
    assert_eq!((moved.status, &moved.body["version"]), (200, &json!(3)), "{}", moved.body);
    assert_eq!((stale.status, stale.code()), (412, "stale_version"));
    assert_eq!(app.value(addresses).await, "12 false, 13 true");
    assert_eq!((found.header("etag"), &found.body), (Some("\"3\""), &moved.body));
}

#[tokio::test]
async fn of_two_at_once_one_is_stale() {
    let app = App::empty(Domain::Finance).await;
    let id = contributor(&app, "individual", None).await;

    for version in [0, 1] {
        let [one, other] =
            ["14", "15"].map(|house| with(json!({ "house": format!("{house} {version}") })));
        let (one, other) = tokio::join!(
            put_by_staff(&app, &id, version, &one),
            put_by_staff(&app, &id, version, &other)
        );

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", one.body, other.body);
    }
    assert_eq!(app.count("giving.contributor_addresses where valid_to is null").await, 1);
}

#[tokio::test]
async fn only_a_person_has_one_and_only_they_and_the_staff_see_it() {
    let app = App::empty(Domain::Finance).await;
    let (me, other) = (ContactId::new(), ContactId::new());
    let mine = contributor(&app, "individual", Some(me)).await;
    let company = contributor(&app, "company", None).await;
    let gone = contributor(&app, "individual", None).await;
    let own = || Call::role("contributor").contact(me);
    let stranger = || Call::role("contributor").contact(other);

    let set = put(&app, own(), &mine, 0, &ada()).await;
    let foreign = put(&app, stranger(), &mine, 1, &ada()).await;
    let foreign_read = app.call(&find::ROUTE, stranger().path(&mine)).await;
    let no_person = put_by_staff(&app, &company, 0, &ada()).await;
    let deleted = Call::role("treasurer").path(&gone).header("if-match", "\"1\"");
    let deleted = app.call(&delete::ROUTE, deleted).await;
    let of_deleted = put_by_staff(&app, &gone, 0, &ada()).await;

    assert_eq!((set.status, deleted.status), (200, 204), "{}", set.body);
    assert_eq!([foreign.status, foreign_read.status, of_deleted.status], [404; 3]);
    assert_eq!((no_person.status, no_person.code()), (422, "not_individual"));

    let own_read = app.call(&find::ROUTE, own().path(&mine)).await;
    let by_staff = app.call(&find::ROUTE, Call::role("auditor").path(&mine)).await;
    let read = "finance.audit_logs where action = 'contributor.read_tax_identity' and change_type = 'read'";

    assert_eq!((own_read.status, by_staff.status, app.count(read).await), (200, 200, 2));
    assert_eq!(
        app.count("finance.audit_logs where concat(old_value, new_value) like '%Lovelace%'").await,
        0
    );
}

#[tokio::test]
async fn what_the_tax_office_would_refuse_is_refused_with_its_place() {
    let app = App::empty(Domain::Finance).await;
    let id = contributor(&app, "individual", None).await;
    let refused = [
        (json!({ "title": "M" }), "/title"),
        (json!({ "title": "Mr." }), "/title"),
        (json!({ "first_name": null }), ""),
        (json!({ "first_name": " " }), "/first_name"),
        (json!({ "first_name": "李" }), "/first_name"),
        (json!({ "first_name": "A".repeat(36) }), "/first_name"),
        (json!({ "last_name": "L".repeat(36) }), "/last_name"),
        // One letter that is sent as two.
        (json!({ "last_name": format!("{}œ", "L".repeat(34)) }), "/last_name"),
        (json!({ "house": "1".repeat(41) }), "/house"),
        (json!({ "postcode": null }), "/postcode"),
        (json!({ "postcode": "X" }), "/postcode"),
        (json!({ "postcode": "SW1A 1A" }), "/postcode"),
        (json!({ "postcode": "ÄB1 1AA" }), "/postcode"),
        (json!({ "postcode": "ＳＷ1A 1AA" }), "/postcode"),
        (json!({ "country": "DE" }), "/postcode"),
        (json!({ "country": "gb" }), "/country"),
        (json!({ "country": "G" }), "/country"),
        (json!({ "erased_at": "2026-01-01" }), "/erased_at"),
    ];
    for (change, place) in refused {
        let answer = put_by_staff(&app, &id, 0, &with(change.clone())).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{change} {}", answer.body);
    }
    assert_eq!(app.count("giving.contributor_identities").await, 0);

    let taken = [
        json!({ "title": null, "first_name": "Ł", "last_name": "O'Neil" }),
        json!({ "title": "Prof", "first_name": "A".repeat(35), "last_name": "L".repeat(35), "house": "1".repeat(40) }),
        json!({ "postcode": null, "country": "DE", "street": "Lindenallee", "city": "Bonn" }),
        json!({ "postcode": " je2 3ab ", "country": "JE" }),
        json!({ "postcode": "gir0aa" }),
    ];
    for (version, change) in (0..).zip(taken) {
        let answer = put_by_staff(&app, &id, version, &with(change.clone())).await;
        assert_eq!(answer.status, 200, "{change} {}", answer.body);
    }
    let codes = "select string_agg(coalesce(postcode, '-') || overseas, ' ' order by created_at) from giving.contributor_addresses";
    assert_eq!(
        app.value(codes).await,
        "SW1A 1AAfalse SW1A 1AAfalse -true JE2 3ABfalse GIR 0AAfalse"
    );
}

/// Until a lock in this database is waited for.
async fn somebody_waits(app: &App) {
    let waiting =
        "pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database()
        where not l.granted";
    for _ in 0..1_000 {
        if app.count(waiting).await > 0 {
            return;
        }
    }
    panic!("nobody waited: one of the two does not see the other");
}

/// Runs `first`, and commits it when `second` waits for it.
async fn while_open<T>(app: &App, first: &str, second: impl Future<Output = T>) -> T {
    let open = app.database.superuser().await;
    open.batch_execute("begin").await.unwrap();
    open.batch_execute(first).await.unwrap();
    let commit = async {
        somebody_waits(app).await;
        open.batch_execute("commit").await.unwrap();
    };
    tokio::join!(second, commit).0
}

#[tokio::test]
async fn an_erasure_leaves_no_name_that_comes_at_the_same_time() {
    let app = App::empty(Domain::Finance).await;
    let id = contributor(&app, "individual", None).await;
    let known = "giving.contributor_identities i full join giving.contributor_addresses a using (contributor_id)
        where i.last_name is not null or a.house is not null";
    let erase_it = Call::role("treasurer").path(&id).header("if-match", "\"1\"");

    let set_first = format!(
        "select * from giving.set_tax_identity('{id}', null, 0,
           '{{\"first_name\": \"Ada\", \"last_name\": \"Lovelace\", \"house\": \"12\", \"postcode\": \"SW1A 1AA\", \"country\": \"GB\"}}',
           null)"
    );
    let erased = while_open(&app, &set_first, app.call(&erase::ROUTE, erase_it)).await;
    assert_eq!((erased.status, app.count(known).await), (200, 0), "{}", erased.body);

    let id = contributor(&app, "individual", None).await;
    let erase_first = format!("select * from giftaid.erase_contributor('{id}', 1, null)");
    let late = while_open(&app, &erase_first, put_by_staff(&app, &id, 0, &ada())).await;
    assert_eq!((late.status, app.count(known).await), (404, 0), "{}", late.body);

    // Nor later.
    for change in [json!({ "display_name": "Ada" }), json!({ "email": "ada@example.org" })] {
        let call = Call::role("treasurer").path(&id).header("if-match", "\"2\"").json(&change);
        let named = app.call(&update::ROUTE, call).await;
        assert_eq!((named.status, named.code()), (409, "conflict"), "{change} {}", named.body);
    }
}

#[tokio::test]
async fn nobody_stands_for_a_contact_whose_erasure_is_taken_whoever_comes_first() {
    let app = App::empty(Domain::Finance).await;
    let contacts = [1, 2, 3].map(|n| format!("00000000-0000-4000-8000-0000000000a{n}"));
    let take = |message: u8, contact: &str, fact: &str, status: &str| {
        format!(
            "select giving.take_contact('finance-take-events', '10000000-0000-4000-8000-00000000000{message}',
               '{contact}', '{fact}', '{status}')"
        )
    };
    let links = |contact: &str| json!({ "type": "individual", "display_name": "Ada", "contact_ref": contact });
    let named = "giving.contributors where display_name = 'Ada' and contact_ref is not null";
    let [one, two, merged] = &contacts;

    // The contributor first: the erasure waits, and blanks it.
    let open = format!(
        "insert into giving.contributors (type, display_name, contact_ref) values ('individual', 'Ada', '{one}')"
    );
    while_open(&app, &open, app.execute(&take(1, one, r#"{"version": 2}"#, "erased"))).await;
    assert_eq!(app.count(named).await, 0);
    assert_eq!(app.count("giving.contributors where status = 'erased'").await, 1);

    // The erasure first: who links with the contact waits, and is refused.
    let create = Call::role("treasurer").json(&links(two));
    let erased = take(2, two, r#"{"version": 2}"#, "erased");
    let late = while_open(&app, &erased, app.call(&create::ROUTE, create)).await;
    assert_eq!((late.status, late.place()), (422, "/contact_ref"), "{}", late.body);

    // Long after, by a change, and for one that was merged into it.
    app.execute(&take(
        3,
        merged,
        &format!(r#"{{"version": 2, "merged_into": "{two}"}}"#),
        "merged",
    ))
    .await;
    let id = contributor(&app, "individual", None).await;
    for contact in &contacts {
        let change = Call::role("treasurer").path(&id).header("if-match", "\"1\"");
        let change =
            app.call(&update::ROUTE, change.json(&json!({ "contact_ref": contact }))).await;
        assert_eq!((change.status, change.place()), (422, "/contact_ref"), "{}", change.body);
    }
    assert_eq!(app.count(named).await, 0);
}
