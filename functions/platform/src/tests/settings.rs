use std::collections::BTreeMap;

use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use crate::{
    identity::sign_up,
    settings::{
        find, history, list,
        registry::{self, REGISTRY},
        reset, set,
    },
};

const KEY: &str = "links.verify_hours";

async fn put(app: &App, key: &str, tag: &str, value: &Value) -> Answer {
    let call = Call::role("admin").path(key).header("if-match", tag);
    app.call(&set::ROUTE, call.json(&json!({ "value": value }))).await
}

async fn found(app: &App, key: &str) -> Answer {
    app.call(&find::ROUTE, Call::role("auditor").path(key).header("accept-language", "en")).await
}

async fn back(app: &App, key: &str, tag: &str) -> Answer {
    app.call(&reset::ROUTE, Call::role("admin").path(key).header("if-match", tag)).await
}

async fn changes(app: &App, key: &str) -> Vec<Value> {
    let answer = app.call(&history::ROUTE, Call::role("auditor").path(key)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn registry_database_and_demo_data_agree_and_every_key_is_read() {
    let app = App::new(Domain::Platform).await;
    let rules: BTreeMap<String, Value> =
        serde_json::from_str(&app.value("select platform.setting_rules()::text").await).unwrap();
    let known: BTreeMap<String, Value> =
        REGISTRY.iter().map(|known| (known.key.to_owned(), known.kind.schema())).collect();
    assert_eq!(known, rules);
    assert!(registry::all().is_sorted_by_key(|known| known.key));

    let read = "select string_agg(key, ',' order by key collate \"C\") from (
          select distinct m[1] as key
          from pg_proc, regexp_matches(prosrc, 'platform\\.setting_(?:integer|text)\\(''([^'']+)''\\)', 'g') as m) as keys";
    let mut keys: Vec<&str> = REGISTRY.iter().map(|known| known.key).collect();
    keys.sort_unstable();
    assert_eq!(app.value(read).await, keys.join(","));

    let seeds = app.value("select jsonb_object_agg(key, value)::text from platform.settings").await;
    let seeds: BTreeMap<String, Value> = serde_json::from_str(&seeds).unwrap();
    assert!(!seeds.is_empty());
    for (key, value) in seeds {
        let kind = registry::find(&key).unwrap_or_else(|| panic!("{key} is no setting")).kind;
        assert_eq!(kind.fault(&value), None, "{key}");
    }
    for known in REGISTRY {
        assert_eq!(known.kind.fault(&known.kind.default()), None, "{}", known.key);
        let answer = found(&app, known.key).await;
        assert_eq!(answer.body["description"], known.english, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_setting_is_set_and_reset_and_no_version_comes_again() {
    let (app, relay) = App::empty(Domain::Platform).await.through_relay().await;
    let unset = found(&app, KEY).await;
    let state = |answer: &Answer| {
        let body = &answer.body;
        (body["value"].clone(), body["is_default"].clone(), body["version"].clone())
    };
    assert_eq!(state(&unset), (json!(24), json!(true), json!(0)));
    assert_eq!(unset.header("etag"), Some("\"0-en\""));
    assert_eq!(unset.body["schema"]["maximum"], 168);
    assert_eq!((&unset.body["unit"], &unset.body["updated_by"]), (&json!("hours"), &json!(null)));

    let first = put(&app, KEY, "\"0-en\"", &json!(48)).await;
    let late = put(&app, KEY, "\"0\"", &json!(12)).await;
    let gone = back(&app, KEY, "\"1-en\"").await;
    let again = back(&app, KEY, "\"1\"").await;
    let default = found(&app, KEY).await;
    let stale = put(&app, KEY, "\"1\"", &json!(12)).await;
    relay.take_round_trips();
    let second = put(&app, KEY, "\"2\"", &json!(36)).await;
    assert_eq!(relay.take_round_trips(), 1);
    let same = put(&app, KEY, "\"3\"", &json!(36)).await;
    let outdated = back(&app, KEY, "\"2\"").await;

    assert_eq!(state(&first), (json!(48), json!(false), json!(1)), "{}", first.body);
    assert_eq!((late.status, gone.status, again.status), (412, 204, 204), "{}", gone.body);
    assert_eq!(state(&default), (json!(24), json!(true), json!(2)));
    assert_eq!((stale.status, outdated.status), (412, 412));
    assert_eq!(state(&second), (json!(36), json!(false), json!(3)));
    assert_eq!(same.status, 200);
    let told: Vec<_> = changes(&app, KEY)
        .await
        .iter()
        .map(|row| (row["change"].clone(), row["before"].clone(), row["after"].clone()))
        .collect();
    let row = |change: &str, before: Value, after: Value| (json!(change), before, after);
    assert_eq!(
        told,
        [
            row("set", json!(null), json!(null)),
            row("set", json!(24), json!(36)),
            row("reset", json!(48), json!(24)),
            row("set", json!(null), json!(48)),
        ]
    );
    let who = &changes(&app, KEY).await[1];
    assert_eq!(who["actor_contact_id"], json!(stack::developer()));
    assert_eq!(who["request_id"].as_str(), second.header("x-request-id"));
    assert_eq!(app.count("platform.settings").await, 1);
    let walked = app.walk(&history::ROUTE, Call::role("auditor").path(KEY), "change").await;
    assert_eq!(walked, ["set", "set", "reset", "set"]);
}

#[tokio::test]
async fn of_two_who_set_at_once_one_is_told_to_look_again() {
    let app = App::empty(Domain::Platform).await;

    for tag in ["\"0\"", "\"1\""] {
        let (ten, twelve) = (json!(10), json!(12));
        let (a, b) = tokio::join!(put(&app, KEY, tag, &ten), put(&app, KEY, tag, &twelve));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", a.body, b.body);
    }
    assert_eq!(app.count("platform.settings").await, 1);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_route_and_database() {
    let app = App::empty(Domain::Platform).await;
    let cases = [
        (KEY, json!(0)),
        (KEY, json!(169)),
        (KEY, json!(24.5)),
        (KEY, json!(24.0)),
        (KEY, json!(1e300)),
        (KEY, json!(-1)),
        (KEY, json!("24")),
        (KEY, json!(null)),
        (KEY, json!([24])),
        (KEY, json!({ "hours": 24 })),
        (KEY, json!(true)),
        ("platform.default_locale", json!("fr")),
        ("platform.default_locale", json!(["en"])),
        ("platform.default_locale", json!(1)),
    ];
    for (key, value) in &cases {
        let answer = put(&app, key, "\"0\"", value).await;
        assert_eq!((answer.status, answer.place()), (422, "/value"), "{value}: {}", answer.body);
        let by_hand = app
            .value(&format!(
                "create or replace function pg_temp.try() returns text language plpgsql as $$
                 declare broken text;
                 begin
                   insert into platform.settings (key, value, description)
                   values ('{key}', '{value}', '{{\"de\": \"\", \"en\": \"x\"}}');
                   return 'taken';
                 exception when check_violation then
                   get stacked diagnostics broken = constraint_name;
                   return broken;
                 end $$;
                 select pg_temp.try()"
            ))
            .await;
        assert_eq!(by_hand, "settings_value_fits", "{value}");
    }
    assert_eq!(app.count("platform.settings").await, 0);
    for edge in [1, 168] {
        let version = app.count("audit.audit_logs where entity_type = 'setting'").await;
        let answer = put(&app, KEY, &format!("\"{version}\""), &json!(edge)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let extra = json!({ "value": 24, "description": { "de": "", "en": "Mine." } });
    let call = Call::role("admin").path(KEY).header("if-match", "\"2\"").json(&extra);
    let extra = app.call(&set::ROUTE, call).await;
    assert_eq!((extra.status, extra.place()), (422, "/description"), "{}", extra.body);
    for key in ["giving.minimum_minor", "LINKS.VERIFY_HOURS", "links", "links.verify_hours%20"] {
        let call = || Call::role("admin").path(key).header("if-match", "\"0\"");
        let set = app.call(&set::ROUTE, call().json(&json!({ "value": 1 }))).await;
        let reset = app.call(&reset::ROUTE, call()).await;
        let found = app.call(&find::ROUTE, Call::role("admin").path(key)).await;
        let told = app.call(&history::ROUTE, Call::role("admin").path(key)).await;
        assert_eq!((set.status, reset.status), (404, 404), "{key}");
        assert_eq!((found.status, told.status), (404, 404), "{key}");
    }
}

#[tokio::test]
async fn a_secret_is_in_no_answer_no_log_and_no_audit_entry() {
    let app = App::empty(Domain::Platform).await;
    let key = registry::SECRET.key;

    let first = put(&app, key, "\"0\"", &json!("hush")).await;
    let second = put(&app, key, "\"1\"", &json!("hush-hush")).await;
    let kept = app.value("select value #>> '{}' from platform.settings").await;
    let found = found(&app, key).await;
    let query = Call::role("auditor").query(format!("filter[key]={key}"));
    let listed = app.call(&list::ROUTE, query).await;
    let told = app.call(&history::ROUTE, Call::role("auditor").path(key)).await;
    let refused = put(&app, key, "\"2\"", &json!("hush".repeat(51))).await;
    let gone = back(&app, key, "\"2\"").await;

    for answer in [&first, &second, &found, &listed, &told] {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!((kept.as_str(), refused.status, gone.status), ("hush-hush", 422, 204));
    for answer in [&first, &second, &found, &listed, &told, &refused, &gone] {
        assert!(!answer.body.to_string().contains("hush"), "{}", answer.body);
        assert!(!answer.log.to_string().contains("hush"), "{}", answer.log);
    }
    assert_eq!(
        (&found.body["value"], &found.body["is_default"], &found.body["is_secret"]),
        (&json!(null), &json!(false), &json!(true))
    );
    let changes = changes(&app, key).await;
    assert_eq!(changes.len(), 3);
    assert!(changes.iter().all(|row| row["before"].is_null() && row["after"].is_null()));
    let log = app.value("select string_agg(l::text, ' ') from audit.audit_logs l").await;
    assert!(log.contains("setting.create") && !log.contains("hush"), "{log}");
    // A row that somebody wrote by hand and did not mark is not shown either.
    app.execute(
        "update platform.settings set is_secret = false, value = '\"hush\"', deleted_at = null",
    )
    .await;
    let found = self::found(&app, key).await;
    assert!(!found.body.to_string().contains("hush"), "{}", found.body);
}

#[tokio::test]
async fn settings_are_listed_by_key_and_a_cursor_counts_only_for_its_filter() {
    let app = App::new(Domain::Platform).await;
    let auditor = |query: &str| Call::role("auditor").query(query);

    let walked = app.walk(&list::ROUTE, auditor("limit=4"), "key").await;
    let one = app.walk(&list::ROUTE, auditor("filter[key]=tokens.per_owner"), "value").await;
    let none = app.walk(&list::ROUTE, auditor("filter[key][eq]=nothing"), "key").await;
    let page = app.call(&list::ROUTE, auditor("limit=1")).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let query = format!("limit=1&filter[key]=tokens.per_owner&cursor={cursor}");
    let filter = app.call(&list::ROUTE, auditor(&query)).await;
    let german = app.call(&list::ROUTE, auditor("limit=1").header("accept-language", "de")).await;

    let keys: Vec<&str> = registry::all().map(|known| known.key).collect();
    assert_eq!(walked, keys);
    assert_eq!((one, none.len()), (vec!["25".to_owned()], 0));
    assert_eq!((filter.status, filter.place()), (400, "cursor"));
    assert_eq!(german.body["data"][0]["description"], REGISTRY[0].german);
    assert_eq!(german.header("content-language"), Some("de"));
}

#[tokio::test]
async fn a_setting_counts_from_the_next_request_on() {
    let app = App::empty(Domain::Platform).await;
    let ask = async |email: &str, language: Option<&str>| {
        let body = json!({ "email": email, "password": "three blind mice run" });
        let call = Call::anonymous().json(&body);
        let call = match language {
            Some(language) => call.header("accept-language", language),
            None => call,
        };
        app.call(&sign_up::ROUTE, call).await.status
    };
    let hours = "select string_agg((extract(epoch from expires_at - created_at) / 3600)::integer::text, ',' order by created_at)
        from identity.verification_tokens";
    let languages = "select string_agg(split_part(email, '@', 1) || ' ' || language, ',' order by email) from identity.users";

    assert_eq!(ask("a@example.org", None).await, 202);
    for (key, value) in [
        (KEY, json!(2)),
        ("platform.default_locale", json!("de")),
        ("mail.requests_per_hour", json!(1)),
    ] {
        assert_eq!(put(&app, key, "\"0\"", &value).await.status, 200);
    }
    let rest = [
        ask("b@example.org", None).await,
        ask("b@example.org", None).await,
        ask("c@example.org", Some("en-GB")).await,
        ask("d@example.org", Some("fr")).await,
    ];

    assert_eq!(rest, [202, 429, 202, 202]);
    assert_eq!(app.value(hours).await, "24,2,2,2");
    assert_eq!(app.value(languages).await, "a en,b de,c en,d de");
    assert_eq!(back(&app, "mail.requests_per_hour", "\"1\"").await.status, 204);
    assert_eq!(ask("b@example.org", None).await, 202);
}
