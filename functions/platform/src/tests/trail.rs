use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::Timestamp;

use crate::{
    audit_logs::{export, timeline},
    jobs::seal_audit,
    settings::{registry, set},
};

// Plumbing; the log itself; other logs; and what only `auth.` entries tell of: sessions, links, secrets, api tokens.
const UNNOTED: &[&str] = &[
    "audit.activity_logs",
    "audit.audit_head",
    "audit.audit_logs",
    "audit.audit_queue",
    "audit.audit_redactions",
    "audit.audit_seals",
    "automation.workflow_transition_log",
    "identity.api_tokens",
    "identity.attempts",
    "identity.recovery_codes",
    "identity.sessions",
    "identity.user_secrets",
    "identity.verification_tokens",
    "platform.idempotency_keys",
    "platform.inbox_dedup",
    "platform.outbox_events",
    // The name of a file's bytes, no secret.
    "storage.files.content_hash may be a secret",
];

#[tokio::test]
async fn every_table_is_audited_or_has_a_reason_not_to_be_and_no_secret_is_shown() {
    let app = App::empty(Domain::Platform).await;

    assert_eq!(app.audit_gaps().await, UNNOTED);
}

#[tokio::test]
async fn what_is_sealed_is_found_whole_and_what_is_changed_is_found_first() {
    testdb::chain_finds_what_was_changed(&App::new(Domain::Platform).await, &seal_audit::JOB).await;
}

const SETTING: &str = "735cdacf-dc7f-5ae2-920a-e15ba00efad3";
const KEY: &str = "tokens.per_owner";

/// An entry of the request that was answered so, in one line.
async fn entry(app: &App, answer: &Answer) -> String {
    let request = answer.header("x-request-id").unwrap();
    app.value(&format!(
        "select concat_ws(' ', actor_kind, action, change_type, entity_type, changed_fields, old_value, new_value,
           host(ip), user_agent)
         from audit.audit_logs where request_id = '{request}'"
    ))
    .await
}

#[tokio::test]
async fn an_entry_says_who_did_it_from_where_and_what_changed() {
    let (app, relay) = App::new(Domain::Platform).await.through_relay().await;
    let call = |tag: &str, value: i32| {
        let call = Call::role("admin").path(KEY).header("if-match", tag);
        call.header("user-agent", "curl/8")
            .from_address("203.0.113.7")
            .json(&json!({ "value": value }))
    };
    app.call(&set::ROUTE, call("\"1\"", 20)).await;
    relay.take_round_trips();

    let changed = app.call(&set::ROUTE, call("\"2\"", 21)).await;

    assert_eq!((changed.status, relay.take_round_trips()), (200, 1), "{}", changed.body);
    assert_eq!(
        entry(&app, &changed).await,
        r#"user setting.update update setting {value} {"value": 20} {"value": 21} 203.0.113.7 curl/8"#
    );
    let who =
        "select actor_contact_id::text from audit.audit_logs order by created_at desc limit 1";
    assert_eq!(app.value(who).await, stack::developer().to_string());
    let stale = app.call(&set::ROUTE, call("\"2\"", 22)).await;
    assert_eq!((stale.status, entry(&app, &stale).await.as_str()), (412, ""));
}

#[tokio::test]
async fn an_entry_of_a_program_names_its_token_and_one_of_a_person_the_login() {
    let app = App::new(Domain::Platform).await;
    let now = Timestamp::now().as_second();
    let ids = ["6f1b2c0e-0a35-4a0e-8a7c-0d2f3b4c5d6e", "7a1b2c0e-0a35-4a0e-8a7c-0d2f3b4c5d6e"];
    let of = |claim: &str, id: &str| {
        let mut claims = json!({
            "iss": app.var("ARUURI_JWT_ISSUER"), "aud": app.var("ARUURI_JWT_AUDIENCE"),
            "sub": stack::developer(), "exp": now + 60, "permissions": ["settings.write"],
        });
        claims[claim] = json!(id);
        app.token(&claims)
    };
    for (token, tag) in [(of("token", ids[0]), "\"1\""), (of("sid", ids[1]), "\"2\"")] {
        let call = Call::bearer(&token).path(KEY).header("if-match", tag);
        let answer = app.call(&set::ROUTE, call.json(&json!({ "value": 3 }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    let actors = "select string_agg(actor_kind || ' ' || session_id, ', ' order by created_at) from audit.audit_logs
        where session_id is not null";

    assert_eq!(app.value(actors).await, format!("token {}, user {}", ids[0], ids[1]));
}

#[tokio::test]
async fn a_secret_is_noted_as_changed_and_never_shown() {
    let app = App::empty(Domain::Platform).await;
    let key = registry::SECRET.key;
    let set = async |tag: &str, value: &str| {
        let call = Call::role("admin").path(key).header("if-match", tag);
        app.call(&set::ROUTE, call.json(&json!({ "value": value }))).await.status
    };

    assert_eq!((set("\"0\"", "hush").await, set("\"1\"", "hush-hush").await), (200, 200));
    let log = app.value("select string_agg(l::text, ' ') from audit.audit_logs l").await;
    assert!(log.contains("setting.create") && log.contains("{value}"), "{log}");
    assert!(!log.contains("hush"), "{log}");
}

#[tokio::test]
async fn what_is_done_by_hand_is_noted_as_done_by_nobody_known() {
    let app = App::new(Domain::Platform).await;

    app.execute("update platform.settings set value = '7' where key = 'tokens.per_owner'").await;

    let last = "select concat_ws(' ', actor_kind, actor_contact_id, action, new_value) from audit.audit_logs
        order by created_at desc limit 1";
    assert_eq!(app.value(last).await, r#"system setting.update {"value": 7}"#);
}

#[tokio::test]
async fn months_are_made_before_they_begin() {
    let app = App::empty(Domain::Platform).await;
    let months = "pg_class where relname ~ '^audit_logs_[0-9]{6}$'";
    let before = app.count(months).await;
    app.execute("set role platform_owner; select audit.ensure_partitions('2040-01-01', 1)").await;

    let ran = app.run(&seal_audit::JOB).await.result.unwrap();

    let ahead = "pg_class where relname = 'audit_logs_' || to_char(current_date + interval '5 months', 'YYYYMM')";
    assert_eq!(app.count(ahead).await, 1, "{ran}");
    assert!(app.count(months).await > before);
}

#[tokio::test]
async fn taking_the_log_away_is_noted_and_comes_in_parts() {
    let app = App::empty(Domain::Platform).await;
    app.execute(
        "insert into audit.audit_logs (domain, actor_kind, action, change_type, created_at)
         select 'platform', 'system', 'thing.n' || n, 'other', '2026-10-01'::timestamptz + (n / 3) * interval '1 s'
         from generate_series(1, 2005) as n",
    )
    .await;
    let auditor = |query: &str| Call::role("auditor").query(query);

    let first = app.call(&export::ROUTE, auditor("from=2026-10-01T00:00:00Z")).await;
    let link = first.header("link").unwrap().to_owned();
    let next = link.split_once('?').unwrap().1.split_once('>').unwrap().0;
    let second = app.call(&export::ROUTE, auditor(next)).await;

    assert_eq!((first.status, second.status, second.header("link")), (200, 200, None));
    let entries = [first.bytes(), second.bytes()].concat();
    let entries: Vec<Value> = std::str::from_utf8(&entries)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut seen: Vec<&str> = entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((entries.len(), seen.len()), (2_005, 2_005));
    assert_eq!(app.entries(&first).await, ["audit_log.export"]);
    let noted = app.value(
        "select new_value ->> 'from' from audit.audit_logs where change_type = 'read' limit 1",
    );
    assert_eq!(noted.await, "2026-10-01T00:00:00Z");
}

#[tokio::test]
async fn a_timeline_is_what_happened_to_one_thing() {
    let app = App::new(Domain::Platform).await;
    let call = Call::role("admin").path(KEY).header("if-match", "\"1\"");
    app.call(&set::ROUTE, call.json(&json!({ "value": 21 }))).await;

    let call = Call::role("auditor").path("setting").path(SETTING);
    let actions = app.walk(&timeline::ROUTE, call, "action").await;

    // The demo data tells of one before.
    assert_eq!(actions, ["setting.update", "setting.update"]);
}
