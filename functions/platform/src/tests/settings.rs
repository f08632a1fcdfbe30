use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Life};

use crate::settings::{create, delete, find, list, restore, update};

fn setting(key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value, "description": { "de": "Etwas.", "en": "Something." } })
}

fn keys(answer: &testdb::Answer) -> Vec<&str> {
    let rows = answer.body["data"].as_array().unwrap();
    rows.iter().map(|row| row["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_setting_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "admin",
        reader: "auditor",
        body: setting("giving.minimum_minor", json!({ "GBP": 100 })),
        change: json!({ "value": [1, "two", null] }),
        unique: true,
    };

    life.live(&App::empty(Domain::Platform).await).await;
}

#[tokio::test]
async fn a_secret_is_never_returned_by_any_route() {
    let app = App::empty(Domain::Platform).await;
    let mut body = setting("mail.api_key", json!("hush"));
    body["is_secret"] = json!(true);
    let admin = || Call::role("admin").header("idempotency-key", "k");

    let created = app.call(&create::ROUTE, admin().json(&body)).await;
    let replayed = app.call(&create::ROUTE, admin().json(&body)).await;
    let id = created.body["id"].as_str().unwrap();
    let one = || Call::role("admin").path(id);
    let found = app.call(&find::ROUTE, one()).await;
    let listed = app.call(&list::ROUTE, Call::role("auditor")).await;
    let change = one().header("if-match", "\"1\"").json(&json!({ "value": "hush-hush" }));
    let changed = app.call(&update::ROUTE, change).await;
    app.call(&delete::ROUTE, one().header("if-match", "\"2\"")).await;
    let restored = app.call(&restore::ROUTE, one()).await;

    for answer in [&created, &replayed, &found, &listed, &changed, &restored] {
        assert!(answer.status < 300, "{}", answer.body);
        assert!(!answer.body.to_string().contains("hush"), "{}", answer.body);
        assert!(!answer.log.to_string().contains("hush"), "{}", answer.log);
    }
    assert_eq!((&found.body["value"], &found.body["is_secret"]), (&json!(null), &json!(true)));
    assert_eq!(app.value("select value::text from platform.settings").await, "\"hush-hush\"");
}

#[tokio::test]
async fn a_secret_is_shown_only_with_a_new_value() {
    let app = App::empty(Domain::Platform).await;
    let mut body = setting("mail.api_key", json!("hush"));
    body["is_secret"] = json!(true);
    let created = app.created(&create::ROUTE, "admin", &body).await;
    let change = |tag: &str, body: Value| {
        Call::role("admin")
            .path(created["id"].as_str().unwrap())
            .header("if-match", tag)
            .json(&body)
    };

    let shown = app.call(&update::ROUTE, change("\"1\"", json!({ "is_secret": false }))).await;
    let anew = json!({ "is_secret": false, "value": "open" });
    let anew = app.call(&update::ROUTE, change("\"1\"", anew)).await;
    let hidden = app.call(&update::ROUTE, change("\"2\"", json!({ "is_secret": true }))).await;

    assert_eq!((shown.status, shown.place()), (422, "/value"));
    assert_eq!((anew.status, &anew.body["value"]), (200, &json!("open")));
    assert_eq!((hidden.status, &hidden.body["value"]), (200, &json!(null)));
}

#[tokio::test]
async fn what_is_wrong_with_a_setting_is_said_where_it_is() {
    let app = App::empty(Domain::Platform).await;
    let with = |name: &str, value: Value| {
        let mut body = setting("a.b", json!(1));
        body[name] = value;
        body
    };
    let cases = [
        (with("key", json!("Capital")), "/key"),
        (with("key", json!("has space")), "/key"),
        (with("key", json!("1st")), "/key"),
        (with("key", json!("k".repeat(101))), "/key"),
        (with("value", json!(null)), "/value"),
        (with("description", json!("bare")), "/description"),
        (with("description", json!({ "de": "nur" })), "/description"),
        (with("description", json!({ "de": " ", "en": "" })), "/description"),
        (with("description", json!({ "de": "", "en": "x".repeat(501) })), "/description/en"),
        (with("description", json!({ "de": "", "en": "x", "fr": "" })), "/description/fr"),
        (with("is_secret", json!("yes")), "/is_secret"),
        (with("id", json!("7")), "/id"),
    ];

    for (body, place) in cases {
        let answer = app.call(&create::ROUTE, Call::role("admin").json(&body)).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    assert_eq!(app.count("platform.settings").await, 0);
    let longest = with("key", json!("k".repeat(100)));
    app.created(&create::ROUTE, "admin", &longest).await;
}

#[tokio::test]
async fn settings_are_listed_by_key_or_by_age() {
    let app = App::empty(Domain::Platform).await;
    for key in ["c", "a", "e", "b", "d"] {
        app.created(&create::ROUTE, "admin", &setting(key, json!(1))).await;
    }
    let walk = async |query: &str| {
        app.walk(&list::ROUTE, Call::role("auditor").query(query), "key").await.concat()
    };

    assert_eq!(walk("limit=2").await, "abcde");
    assert_eq!(walk("limit=2&sort=created_at").await, "caebd");
    assert_eq!(walk("limit=5&sort=-created_at").await, "dbeac");
    assert_eq!(walk("filter[key]=b").await, "b");
    assert_eq!(walk("filter[key][eq]=f").await, "");
}

#[tokio::test]
async fn a_cursor_counts_only_for_its_order_and_filter() {
    let app = App::new(Domain::Platform).await;
    let auditor = |query: String| Call::role("auditor").query(query);
    let page = app.call(&list::ROUTE, auditor("limit=1".into())).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();

    let next = app.call(&list::ROUTE, auditor(format!("limit=1&cursor={cursor}"))).await;
    let order = auditor(format!("limit=1&sort=created_at&cursor={cursor}"));
    let order = app.call(&list::ROUTE, order).await;
    let filter = auditor(format!("limit=1&filter[key]=a&cursor={cursor}"));
    let filter = app.call(&list::ROUTE, filter).await;

    assert_ne!(keys(&page), keys(&next));
    assert_eq!((order.status, order.code()), (400, "invalid_cursor"));
    assert_eq!((filter.status, filter.place()), (400, "cursor"));
}

#[tokio::test]
async fn a_description_is_read_in_the_language_that_there_is() {
    let app = App::empty(Domain::Platform).await;
    let mut body = setting("a", json!(1));
    body["description"] = json!({ "de": "Nur deutsch.", "en": "" });
    let created = app.created(&create::ROUTE, "admin", &body).await;
    let admin = || Call::role("admin").path(created["id"].as_str().unwrap());

    let english = app.call(&find::ROUTE, admin().header("accept-language", "en")).await;
    let all = app.call(&find::ROUTE, admin().query("localize=all")).await;

    assert_eq!(english.body["description"], "Nur deutsch.");
    assert_eq!(english.header("content-language"), Some("de"));
    assert_eq!(english.header("etag"), Some("\"1-de\""));
    assert_eq!(all.body["description"], json!({ "de": "Nur deutsch.", "en": "" }));
    assert_eq!((all.header("content-language"), all.header("etag")), (None, Some("\"1\"")));
}
