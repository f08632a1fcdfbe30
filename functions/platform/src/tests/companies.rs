use db::Domain;
use serde_json::json;
use testdb::{App, Call, Life};

use crate::{
    companies::{create, delete, find, links, list, merge, restore, update},
    contacts, leads,
};

#[tokio::test]
async fn a_company_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "employee",
        reader: "contributor",
        body: json!({ "kind": "contractor", "legal_name": "Pennine Ltd", "vat_id": "GB999000099" }),
        change: json!({ "kind": "supplier", "trade_name": "Pennine" }),
        unique: true,
    };

    life.live(&App::empty(Domain::Platform).await).await;
}

#[tokio::test]
async fn a_person_is_one_thing_in_a_company_at_a_time_and_leaves_it() {
    let app = App::empty(Domain::Platform).await;
    let company = json!({ "kind": "bank", "legal_name": "Bank" });
    let company = app.created(&create::ROUTE, "employee", &company).await;
    let ada = json!({ "last_name": "Ada" });
    let ada = app.created(&contacts::create::ROUTE, "employee", &ada).await;
    let ada = ada["id"].as_str().unwrap();
    let body = |from: &str, first: bool| json!({ "company_id": company["id"], "role": "director", "valid_from": from, "is_primary": first });
    let call = || Call::role("employee").path(ada);

    let link = app.call(&links::create::ROUTE, call().json(&body("2026-01-01", true))).await;
    let twice = app.call(&links::create::ROUTE, call().json(&body("2026-06-01", false))).await;
    let id = link.body["id"].as_str().unwrap();
    let end = Call::role("employee").path(id).header("if-match", "\"1\"");
    let ended =
        app.call(&links::update::ROUTE, end.json(&json!({ "valid_to": "2026-06-01" }))).await;
    let after = app.call(&links::create::ROUTE, call().json(&body("2026-06-01", true))).await;
    let in_use = Call::role("employee").path(company["id"].as_str().unwrap());
    let in_use = app.call(&delete::ROUTE, in_use.header("if-match", "\"1\"")).await;

    assert_eq!(
        (link.status, twice.status, ended.status, after.status),
        (201, 409, 200, 201),
        "{}",
        after.body
    );
    assert_eq!(
        (&ended.body["valid_to"], &ended.body["is_primary"]),
        (&json!("2026-06-01"), &json!(true))
    );
    assert_eq!((in_use.status, in_use.code()), (409, "conflict"));
    let days = app.walk(&links::list::ROUTE, call(), "valid_from").await;
    assert_eq!(days, ["2026-06-01", "2026-01-01"]);
}

#[tokio::test]
async fn a_merged_company_leaves_what_it_had_to_the_other_and_says_so_once() {
    let (app, relay) = App::empty(Domain::Platform).await.through_relay().await;
    let text = |body: &serde_json::Value| body["id"].as_str().unwrap().to_owned();
    let body = json!({ "kind": "contractor", "legal_name": "Pennine Ltd", "vat_id": "GB999000099",
        "phone": "+44 1632 960700", "street": "Mill Lane", "city": "Leeds" });
    let old = text(&app.created(&create::ROUTE, "employee", &body).await);
    let body = json!({ "kind": "supplier", "legal_name": "Pennine Limited", "city": "York" });
    let new = text(&app.created(&create::ROUTE, "employee", &body).await);
    let other = json!({ "kind": "bank", "legal_name": "Bank" });
    let other = text(&app.created(&create::ROUTE, "employee", &other).await);
    for (name, company, first) in [("Both", &old, true), ("Both", &new, true), ("Ada", &old, false)]
    {
        // The same person in both companies, in one role: once is enough.
        let known = format!("select id::text from party.contacts where last_name = '{name}'");
        let contact = match app.value(&known).await.as_str() {
            "" => {
                let contact = json!({ "last_name": name });
                text(&app.created(&contacts::create::ROUTE, "employee", &contact).await)
            }
            known => known.to_owned(),
        };
        let link = json!({ "company_id": company, "role": "director", "is_primary": first });
        let call = Call::role("employee").path(contact).json(&link);
        let linked = app.call(&links::create::ROUTE, call).await;
        assert_eq!(linked.status, 201, "{}", linked.body);
    }
    let lead = json!({ "name": "Attic", "company_id": old });
    let lead = text(&app.created(&leads::create::ROUTE, "employee", &lead).await);
    let call = |id: &str, tag: &str, into: &str| {
        let body = json!({ "into": into, "reason": "One register." });
        Call::role("admin").path(id).header("if-match", tag).json(&body)
    };
    let limited = call(&old, "\"1\"", &new).in_department(types::DepartmentId::new());
    assert_eq!(app.call(&merge::ROUTE, limited).await.status, 403);
    assert_eq!(app.call(&merge::ROUTE, call(&old, "\"7\"", &new)).await.status, 412);
    relay.take_round_trips();

    let merged = app.call(&merge::ROUTE, call(&old, "\"1\"", &new)).await;
    assert_eq!((merged.status, relay.take_round_trips()), (200, 1), "{}", merged.body);
    let again = app.call(&merge::ROUTE, call(&old, "\"1\"", &new)).await;
    let elsewhere = app.call(&merge::ROUTE, call(&old, "\"2\"", &other)).await;
    let back = app.call(&merge::ROUTE, call(&new, "\"2\"", &old)).await;
    let found = app.call(&find::ROUTE, Call::role("employee").path(&old)).await;

    let seen = &merged.body;
    assert_eq!(
        (&seen["vat_id"], &seen["phone"]),
        (&json!("GB999000099"), &json!("+44 1632 960700"))
    );
    assert_eq!((&seen["city"], &seen["street"]), (&json!("York"), &json!(null)));
    assert_eq!((again.status, &again.body), (200, seen), "said again");
    assert_eq!((elsewhere.status, elsewhere.code()), (409, "conflict"), "{}", elsewhere.body);
    assert_eq!((back.status, back.place()), (422, "/into"), "{}", back.body);
    assert_eq!(
        (&found.body["merged_into_id"], &found.body["archive_reason"]),
        (&json!(new), &json!("merged"))
    );
    assert_eq!(found.body["vat_id"], json!(null), "a number is one company's");
    let live = |company: &str| {
        format!("party.contact_companies where company_id = '{company}' and deleted_at is null")
    };
    assert_eq!((app.count(&live(&old)).await, app.count(&live(&new)).await), (0, 2));
    let lead = app.call(&leads::find::ROUTE, Call::role("employee").path(lead)).await;
    assert_eq!(lead.body["company_id"], json!(new));
    let moved = "select concat_ws(' ', moved ->> 'contact_companies', moved ->> 'contact_companies_doubled',
        moved ->> 'leads', reason) from party.company_merges";
    assert_eq!(app.value(moved).await, "1 1 1 One register.");
    let told = format!(
        "platform.outbox_events where topic = 'platform.company.merged.v1' and aggregate_id = '{old}'
           and payload ->> 'merged_into' = '{new}'"
    );
    assert_eq!(app.count(&told).await, 1);
    assert!(app.entries(&merged).await.contains(&"company_merge.create".to_owned()));
    let names =
        app.walk(&list::ROUTE, Call::role("employee").query("sort=created_at"), "legal_name").await;
    assert_eq!(names, ["Pennine Ltd", "Pennine Limited", "Bank"]);

    // What was merged gets nothing new.
    let late = json!({ "name": "Cellar", "company_id": old });
    let late = app.call(&leads::create::ROUTE, Call::role("employee").json(&late)).await;
    assert_eq!((late.status, late.place()), (422, "/company_id"), "{}", late.body);
    let contact = app.value("select id::text from party.contacts where last_name = 'Ada'").await;
    let link = json!({ "company_id": old, "role": "owner" });
    let link = Call::role("employee").path(contact).json(&link);
    let link = app.call(&links::create::ROUTE, link).await;
    assert_eq!((link.status, link.place()), (422, "/company_id"), "{}", link.body);
}

#[tokio::test]
async fn two_merges_the_other_way_round_at_once_do_not_both_happen() {
    let app = App::empty(Domain::Platform).await;
    let mut ids = Vec::new();
    for name in ["One", "Two"] {
        let company = json!({ "kind": "bank", "legal_name": name });
        let made = app.created(&create::ROUTE, "employee", &company).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let call = |id: &str, into: &str| {
        Call::role("admin").path(id).header("if-match", "\"1\"").json(&json!({ "into": into }))
    };

    let (one, two) = tokio::join!(
        app.call(&merge::ROUTE, call(&ids[0], &ids[1])),
        app.call(&merge::ROUTE, call(&ids[1], &ids[0]))
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{} {}", one.body, two.body);
    assert!([412, 422].contains(&statuses[1]), "{} {}", one.body, two.body);
    assert_eq!(app.count("party.company_merges").await, 1);
}
