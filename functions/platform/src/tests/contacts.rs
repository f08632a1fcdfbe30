use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Life};

use crate::{
    contacts::{create, delete, erase, export, find, likely, list, merge, restore, update},
    leads,
};

#[tokio::test]
async fn a_contact_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "employee",
        reader: "contributor",
        body: json!({ "first_name": "Ada", "last_name": "Byron", "email": "ada@example.org" }),
        change: json!({ "last_name": "Lovelace", "title": "Dr." }),
        unique: false,
    };

    life.live(&App::empty(Domain::Platform).await).await;
}

async fn made(app: &App, body: Value) -> String {
    app.created(&create::ROUTE, "employee", &body).await["id"].as_str().unwrap().to_owned()
}

fn at(role: &str, id: &str, tag: &str) -> Call {
    Call::role(role).path(id).header("if-match", tag)
}

#[tokio::test]
async fn what_is_wrong_with_a_contact_is_said_where_it_is_and_null_clears() {
    let app = App::empty(Domain::Platform).await;
    for (name, value, place) in [
        ("phone", json!("call me"), "/phone"),
        ("mobile", json!("+"), "/mobile"),
        ("country", json!("uk"), "/country"),
        ("email", json!("at home"), "/email"),
        ("date_of_birth", json!("1700-01-01"), "/date_of_birth"),
        ("department_id", json!("00000000-0000-4000-8000-000000000000"), "/department_id"),
        ("salutation", json!("dr"), "/salutation"),
        ("last_name", json!(null), "/last_name"),
    ] {
        let mut body = json!({ "last_name": "Nair" });
        body[name] = value;
        let answer = app.call(&create::ROUTE, Call::role("employee").json(&body)).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    let body = json!({
        "first_name": "Priya", "last_name": "Nair", "phone": "+44 1632 960033", "date_of_birth": "1990-02-28",
        "language": "en", "segment": "private", "notes": "Line one.\nLine two.",
    });
    let id = made(&app, body.clone()).await;

    let change = json!({ "phone": null, "city": "Leeds" });
    let changed = app.call(&update::ROUTE, at("employee", &id, "\"1\"").json(&change)).await;

    assert_eq!(changed.status, 200, "{}", changed.body);
    for (name, value) in body.as_object().unwrap() {
        let expected = if name == "phone" { &Value::Null } else { value };
        assert_eq!(&changed.body[name], expected, "{name}");
    }
    assert_eq!(changed.body["city"], "Leeds");
    let found = async |query: &str| {
        let names = app.walk(&list::ROUTE, Call::role("employee").query(query), "city").await;
        names.len()
    };
    assert_eq!(found("filter[last_name]=NAIR&filter[status]=live").await, 1);
    assert_eq!(found("filter[email]=priya@example.org").await, 0);
}

#[tokio::test]
async fn who_may_be_the_same_is_found_by_address_number_or_name() {
    let app = App::empty(Domain::Platform).await;
    let person = |first: &str, last: &str, email: Option<&str>, phone: Option<&str>| json!({ "first_name": first, "last_name": last, "email": email, "phone": phone });
    let me = person("Katharina", "Müller", Some("kathi@example.org"), Some("+49 30 2312 5011"));
    let me = made(&app, me).await;
    let all = person("Katarina", "Müller", Some("KATHI@example.org"), Some("030 23125011"));
    let all = made(&app, all).await;
    let number =
        made(&app, json!({ "last_name": "Schulz", "mobile": "0049 (30) 231250-11" })).await;
    let name = made(&app, person("Katharina", "Mueller", None, None)).await;
    made(&app, person("Jürgen", "Müller", Some("juergen@example.org"), Some("+49 30 1"))).await;

    let found = app.call(&likely::ROUTE, Call::role("employee").path(&me)).await;

    let data = found.body["data"].as_array().unwrap();
    let ids: Vec<&str> = data.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [all.as_str(), &name, &number], "{}", found.body);
    assert_eq!(data[0]["alike"], json!(["email", "phone", "name"]));
    assert_eq!(data[1]["alike"], json!(["name"]));
    assert_eq!(data[2]["alike"], json!(["phone"]));
    let nobody = Call::role("employee").path("00000000-0000-4000-8000-000000000000");
    assert_eq!(app.call(&likely::ROUTE, nobody).await.status, 404);
}

const HELEN: &str = "0e9b19e5-f867-5b75-b859-9763ac7d500b";
const RUTH: &str = "6fcb33a8-de13-5011-8127-aff3a775ccbd";

#[tokio::test]
async fn a_merged_contact_leaves_what_it_had_to_the_other_and_says_so_once() {
    let (app, relay) = App::new(Domain::Platform).await.through_relay().await;
    let twin = json!({ "last_name": "Calder", "city": "Leith", "title": "Dr.", "mobile": "+44 1632 960106" });
    let twin = made(&app, twin).await;
    let stale = at("admin", RUTH, "\"7\"").json(&json!({ "into": twin }));
    assert_eq!(app.call(&merge::ROUTE, stale).await.status, 412);
    relay.take_round_trips();

    // Ruth has a company; the twin has what she lacks.
    let into = json!({ "into": twin, "reason": "The same grants office." });
    let merged = app.call(&merge::ROUTE, at("admin", RUTH, "\"1\"").json(&into)).await;
    assert_eq!((merged.status, relay.take_round_trips()), (200, 1), "{}", merged.body);
    let again = app.call(&merge::ROUTE, at("admin", RUTH, "\"1\"").json(&into)).await;
    let elsewhere = json!({ "into": HELEN });
    let elsewhere = app.call(&merge::ROUTE, at("admin", RUTH, "\"2\"").json(&elsewhere)).await;
    let back = json!({ "into": RUTH });
    let back = app.call(&merge::ROUTE, at("admin", &twin, "\"2\"").json(&back)).await;

    assert_eq!(
        (&merged.body["first_name"], &merged.body["title"]),
        (&json!("Ruth"), &json!("Dr."))
    );
    assert_eq!((&merged.body["city"], &merged.body["street"]), (&json!("Leith"), &json!(null)));
    assert_eq!((again.status, &again.body["version"]), (200, &merged.body["version"]));
    assert_eq!((elsewhere.status, elsewhere.code()), (409, "conflict"), "{}", elsewhere.body);
    assert_eq!((back.status, back.place()), (422, "/into"), "{}", back.body);
    let old = app.call(&find::ROUTE, Call::role("employee").path(RUTH)).await;
    assert_eq!(
        (&old.body["merged_into_id"], &old.body["archive_reason"]),
        (&json!(twin), &json!("merged"))
    );
    let links =
        format!("party.contact_companies where contact_id = '{twin}' and deleted_at is null");
    assert_eq!(app.count(&links).await, 1);
    let told = "platform.outbox_events where topic = 'platform.contact.merged.v1'";
    assert_eq!(app.count(told).await, 1);
    let moved = "select (moved ->> 'contact_companies') || reason from party.contact_merges";
    assert_eq!(app.value(moved).await, "1The same grants office.");

    // Who was merged gets nothing new, not of a lead that becomes a customer either.
    let lead = json!({ "name": "Cellar", "contact_id": RUTH });
    let lead = app.call(&leads::create::ROUTE, Call::role("employee").json(&lead)).await;
    assert_eq!((lead.status, lead.place()), (422, "/contact_id"), "{}", lead.body);
    let qualified = at("employee", "b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4", "\"3\"");
    let to = qualified.json(&json!({ "contact_id": RUTH }));
    let to = app.call(&leads::convert::ROUTE, to).await;
    assert_eq!((to.status, to.place()), (422, "/contact_id"), "{}", to.body);
}

#[tokio::test]
async fn a_merge_gives_nobody_another_login_or_role() {
    let app = App::new(Domain::Platform).await;
    let target = made(&app, json!({ "last_name": "Empty" })).await;
    let holder = made(&app, json!({ "last_name": "Holder" })).await;
    app.execute(&format!(
        "insert into identity.user_roles (contact_id, role_id, scope_type, scope_id)
         select '{holder}', id, 'project', gen_random_uuid() from identity.roles where code = 'customer'"
    ))
    .await;

    for who in [HELEN, &holder] {
        let call = at("admin", who, "\"1\"").json(&json!({ "into": target }));
        let answer = app.call(&merge::ROUTE, call).await;
        assert_eq!((answer.status, answer.code()), (409, "conflict"), "{}", answer.body);
    }

    // What other domains keep for somebody goes with a merge too: nobody takes it for themselves.
    let other = made(&app, json!({ "last_name": "Other" })).await;
    let call = || at("admin", &target, "\"1\"").json(&json!({ "into": other }));
    let mine = app.call(&merge::ROUTE, call().contact(other.parse().unwrap())).await;
    let theirs = app.call(&merge::ROUTE, call()).await;
    assert_eq!((mine.status, mine.code()), (409, "conflict"), "{}", mine.body);
    assert_eq!(theirs.status, 200, "{}", theirs.body);
}

#[tokio::test]
async fn an_erased_contact_is_nowhere_and_the_chain_stays_whole() {
    let (app, relay) = App::new(Domain::Platform).await.through_relay().await;
    let twin =
        made(&app, json!({ "last_name": "Marshtwin", "email": "helen.marsh@example.org" })).await;
    let into = json!({ "into": HELEN });
    let merged = app.call(&merge::ROUTE, at("admin", &twin, "\"1\"").json(&into)).await;
    assert_eq!(merged.status, 200, "{}", merged.body);
    let shown = app.call(&export::ROUTE, Call::role("admin").path(HELEN)).await;
    let document: Value = serde_json::from_slice(shown.bytes()).unwrap();
    let tag = format!("\"{}\"", merged.body["version"]);
    assert_eq!(app.call(&erase::ROUTE, at("admin", HELEN, "\"7\"")).await.status, 412);
    relay.take_round_trips();

    let erased = app.call(&erase::ROUTE, at("admin", HELEN, &tag)).await;
    assert_eq!((erased.status, relay.take_round_trips()), (200, 1), "{}", erased.body);
    let again = app.call(&erase::ROUTE, at("admin", HELEN, &tag)).await;
    let found = app.call(&find::ROUTE, Call::role("admin").path(HELEN)).await;
    let back = app.call(&restore::ROUTE, Call::role("admin").path(HELEN)).await;
    let nothing = app.call(&export::ROUTE, Call::role("admin").path(HELEN)).await;

    assert_eq!(document["merged"][0]["last_name"], "Marshtwin");
    assert_eq!(document["logins"][0]["email"], "helen.marsh@example.org");
    assert_eq!(document["leads"][0]["name"], "Helen Marsh, insulation");
    assert_eq!(app.entries(&shown).await, ["contact.export"]);
    assert_eq!((again.status, &again.body), (200, &erased.body), "said again");
    assert_eq!((found.status, back.status, nothing.status), (404, 409, 404));
    for table in [
        "party.contacts",
        "party.leads",
        "party.contact_companies",
        "identity.users",
        "identity.sessions",
        "identity.verification_tokens",
        "scheduling.appointments",
        "audit.audit_logs",
        "platform.outbox_events",
    ] {
        let left = format!("{table} t where t::text ~* 'marsh'");
        assert_eq!(app.count(&left).await, 0, "{table}");
    }
    let told = "platform.outbox_events where topic = 'platform.contact.erased.v1'";
    assert_eq!(app.count(told).await, 2, "the one that was merged too");
    assert_eq!(app.count("audit.verify_audit(1, 100000)").await, 0);
    assert_eq!(app.count("audit.loose_audit()").await, 0);
}
