use db::Domain;
use serde_json::json;
use testdb::App;

use super::{PASSWORD, account, mailed, post, sign_in, tokens};
use crate::identity::request_password_reset;

#[tokio::test]
async fn the_database_holds_no_secret_only_hashes() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let verify = mailed(&app, "verify_email").await;
    let (access, refresh) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    post(&app, &request_password_reset::ROUTE, &json!({ "email": "ada@example.org" })).await;
    let reset = mailed(&app, "reset_password").await;

    let everything = app
        .value(
            "select string_agg(t, ' ') from (
               select u::text from identity.users u union all
               select s::text from identity.user_secrets s union all
               select s::text from identity.sessions s union all
               select v::text from identity.verification_tokens v union all
               select a::text from identity.attempts a union all
               select o::text from platform.outbox_events o union all
               select l::text from audit.audit_logs l) as rows (t)",
        )
        .await;

    assert!(everything.contains("ada@example.org") && everything.contains("argon2id"));
    for secret in [PASSWORD, &verify, &reset, &access, &refresh] {
        assert!(!everything.contains(secret));
        assert!(!everything.contains(&hex(secret)), "as bytea");
    }
}

#[tokio::test]
async fn an_event_holds_ids_only() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;

    let payload = app.value("select payload::text from platform.outbox_events").await;

    assert_eq!(payload, r#"{"template": "verify_email"}"#);
}

#[tokio::test]
async fn readers_are_not_given_what_logins_are_checked_against() {
    let app = App::empty(Domain::Platform).await;

    for table in ["user_secrets", "verification_tokens", "recovery_codes", "attempts"] {
        for role in ["platform_reader", "platform_studio"] {
            let sql =
                format!("select has_table_privilege('{role}', 'identity.{table}', 'select')::text");
            assert_eq!(app.value(&sql).await, "false", "{role} {table}");
        }
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
