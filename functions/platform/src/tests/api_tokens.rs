use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use crate::{
    api_tokens::{create, exchange, list, revoke},
    audit_logs,
};

async fn exchanged(app: &App, token: &str) -> Answer {
    let call = Call::anonymous().json(&json!({ "api_token": token }));
    app.call(&exchange::ROUTE, call).await
}

async fn made(app: &App, scopes: Value) -> (String, String) {
    let body = json!({ "name": "report", "scopes": scopes });
    let made = app.created(&create::ROUTE, "admin", &body).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

#[tokio::test]
async fn a_token_is_shown_once_opens_what_it_says_and_ends() {
    let app = App::new(Domain::Platform).await;
    let (id, token) = made(&app, json!(["audit.read"])).await;

    let access = exchanged(&app, &token).await.body["access_token"].as_str().unwrap().to_owned();
    let audit = app.call(&audit_logs::list::ROUTE, Call::bearer(&access)).await;
    let settings = app.call(&crate::settings::list::ROUTE, Call::bearer(&access)).await;
    let listed = app.call(&list::ROUTE, Call::role("admin")).await;
    let ended = app.call(&revoke::ROUTE, Call::role("admin").path(&id)).await;
    let twice = app.call(&revoke::ROUTE, Call::role("admin").path(&id)).await;
    let over = exchanged(&app, &token).await;

    assert_eq!((audit.status, settings.status), (200, 403));
    assert!(!listed.body.to_string().contains(&token));
    assert!(token.starts_with(listed.body["data"][0]["token_prefix"].as_str().unwrap()));
    assert!(listed.body["data"][0]["last_used_at"].is_string());
    assert_eq!((ended.status, twice.status, over.status), (204, 204, 401));
    let noted = "select string_agg(action, ',' order by created_at) from audit.audit_logs where entity_type = 'api_token'";
    assert_eq!(app.value(noted).await, "auth.token_created,auth.token_revoked");
}

#[tokio::test]
async fn a_token_never_has_more_than_its_maker_or_its_owner() {
    let app = App::new(Domain::Platform).await;
    let (_, token) = made(&app, json!(["tokens.write", "audit.read"])).await;
    let access = exchanged(&app, &token).await.body["access_token"].as_str().unwrap().to_owned();
    let wider = json!({ "name": "wider", "scopes": ["settings.write"] });

    let by_token = app.call(&create::ROUTE, Call::bearer(&access).json(&wider)).await;
    let unknown = json!({ "name": "unknown", "scopes": ["everything"] });
    let unknown = app.call(&create::ROUTE, Call::role("admin").json(&unknown)).await;
    app.execute(
        "update identity.user_roles set revoked_at = now()
         where contact_id = '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24'",
    )
    .await;
    let lost = exchanged(&app, &token).await.body["access_token"].as_str().unwrap().to_owned();
    let after = app.call(&audit_logs::list::ROUTE, Call::bearer(&lost)).await;

    assert_eq!((by_token.status, unknown.status, after.status), (403, 403, 403));
}

#[tokio::test]
async fn a_token_ends_by_itself_and_with_its_owner() {
    let app = App::new(Domain::Platform).await;
    let (_, short) = made(&app, json!(["audit.read"])).await;
    app.execute(
        "set session_replication_role = replica;
         update identity.api_tokens set created_at = now() - interval '2 days', expires_at = now()",
    )
    .await;
    let (_, suspended) = made(&app, json!(["audit.read"])).await;

    let expired = exchanged(&app, &short).await;
    app.execute(
        "update identity.users set status = 'suspended' where email = 'dev@aruuri.localhost'",
    )
    .await;
    let gone = exchanged(&app, &suspended).await;

    assert_eq!((expired.status, gone.status), (401, 401));
}

#[tokio::test]
async fn nobody_ends_or_sees_anothers_token() {
    let app = App::new(Domain::Platform).await;
    let (id, token) = made(&app, json!(["audit.read"])).await;
    let other = || Call::role("admin").contact(types::ContactId::new());

    let ended = app.call(&revoke::ROUTE, other().path(&id)).await;
    let listed = app.call(&list::ROUTE, other()).await;

    assert_eq!((ended.status, &listed.body["data"]), (404, &json!([])));
    assert_eq!(exchanged(&app, &token).await.status, 200);
}
