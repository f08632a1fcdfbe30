use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use crate::{
    api_tokens::{create, exchange, list, revoke},
    audit_logs,
    identity::{sign_in, sign_up, verify_email},
    tests::identity::{PASSWORD, mailed},
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
    assert_eq!(
        app.value(noted).await,
        "auth.token_created,auth.token_used,auth.token_revoked,auth.token_failed"
    );
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

async fn post(app: &App, route: &'static api::Route, body: &Value) -> Answer {
    app.call(route, Call::anonymous().json(body)).await
}

/// Signs up, proves the address and signs in: an access token.
async fn signed_in(app: &App, email: &str) -> String {
    let login = json!({ "email": email, "password": PASSWORD });
    assert_eq!(post(app, &sign_up::ROUTE, &login).await.status, 202);
    let link = json!({ "token": mailed(app, "verify_email").await });
    assert_eq!(post(app, &verify_email::ROUTE, &link).await.status, 204);
    let tokens = post(app, &sign_in::ROUTE, &login).await;
    tokens.body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_signs_up_makes_uses_lists_and_ends_tokens_and_the_audit_search_tells() {
    let app = App::empty(Domain::Platform).await;
    let access = signed_in(&app, "ada@example.org").await;
    let own = |body: &Value| Call::bearer(&access).json(body);
    let narrow = json!({ "name": "narrow", "scopes": ["giving.read_own"] });
    let wide = json!({ "name": "wide", "scopes": ["giving.read_own", "tokens.write"] });
    let more = json!({ "name": "more", "scopes": ["audit.read"] });

    let made = app.call(&create::ROUTE, own(&narrow)).await;
    let other = app.call(&create::ROUTE, own(&wide)).await;
    let refused = app.call(&create::ROUTE, own(&more)).await;
    assert_eq!((made.status, other.status, refused.status), (201, 201, 403), "{}", made.body);
    let token = |answer: &Answer| answer.body["token"].as_str().unwrap().to_owned();
    let used = exchanged(&app, &token(&made)).await;
    let narrow = used.body["access_token"].as_str().unwrap().to_owned();
    let by_narrow = |id: &Value| Call::bearer(&narrow).path(id.as_str().unwrap());

    // A program ends itself, and nothing else of its owner; it makes no other.
    let wider = app.call(&create::ROUTE, Call::bearer(&narrow).json(&wide)).await;
    let others = app.call(&revoke::ROUTE, by_narrow(&other.body["id"])).await;
    let itself = app.call(&revoke::ROUTE, by_narrow(&made.body["id"])).await;
    assert_eq!((wider.status, others.status, itself.status), (403, 403, 204), "{}", others.body);
    assert_eq!(exchanged(&app, &token(&made)).await.status, 401);
    let listed = app.call(&list::ROUTE, Call::bearer(&access)).await;
    let names: Vec<_> =
        listed.body["data"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["wide", "narrow"]);
    let wide = other.body["id"].as_str().unwrap();
    assert_eq!(app.call(&revoke::ROUTE, Call::bearer(&access).path(wide)).await.status, 204);

    let me = app.value("select contact_id::text from identity.users").await;
    let mine = Call::role("auditor")
        .query(format!("filter[actor_contact_id]={me}&filter[entity_type]=api_token"));
    let mut told = app.walk(&audit_logs::list::ROUTE, mine, "action").await;
    told.reverse();
    assert_eq!(
        told,
        [
            "auth.token_created",
            "auth.token_created",
            "auth.token_used",
            "auth.token_revoked",
            "auth.token_failed",
            "auth.token_revoked"
        ]
    );
    // Each entry says by which login or token, and from where; what a token did is not said to be done by a login.
    let unsaid = format!(
        "select string_agg(action, ',') from audit.audit_logs
         where actor_contact_id = '{me}' and action like 'auth.%' and action <> 'auth.email_verified'
           and (session_id is null or ip is null or request_id is null
             or (actor_user_id is null) <> (actor_kind = 'token'))"
    );
    assert_eq!(app.value(&unsaid).await, "");
    let own_end = "select actor_kind || ' ' || (session_id = entity_id)::text from audit.audit_logs
                   where action = 'auth.token_revoked' order by created_at limit 1";
    assert_eq!(app.value(own_end).await, "token true");
    let kind = "select actor_kind || ' ' || (session_id = entity_id)::text from audit.audit_logs where action = 'auth.token_used'";
    assert_eq!(app.value(kind).await, "token true");
    // What they lose, the token loses: at use, not at its end.
    let last = json!({ "name": "last", "scopes": ["giving.read_own"] });
    let last = token(&app.call(&create::ROUTE, own(&last)).await);
    app.execute("update identity.user_roles set revoked_at = now()").await;
    let lost = exchanged(&app, &last).await;
    assert_eq!(lost.status, 200, "{}", lost.body);
    let payload = lost.body["access_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let claims =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&claims).unwrap()["permissions"], json!([]));
}

/// What names a permission, and that a program still may not do: it would give away more than it was given.
const OWNERS_ONLY: &[&str] =
    &["platform-create-api-token", "platform-create-invitation", "platform-grant-role"];

/// What a program may do without a permission: see who it acts for, and its owner's tokens; end itself.
const ANY_TOKEN: &[&str] =
    &["platform-find-me", "platform-list-api-tokens", "platform-revoke-api-token"];

#[tokio::test]
async fn an_api_token_does_nothing_that_its_owner_has_to_do_themselves() {
    let app = App::new(Domain::Platform).await;
    let (_, token) = made(&app, json!(["tokens.write", "roles.grant", "audit.read"])).await;
    let access = exchanged(&app, &token).await.body["access_token"].as_str().unwrap().to_owned();
    let mut open = Vec::new();
    let mut let_in = Vec::new();
    let mut asked = 0;

    for route in crate::ROUTES {
        let owners = OWNERS_ONLY.contains(&route.name);
        if route.allow == api::Allow::AnyToken {
            open.push(route.name);
        }
        if route.allow != api::Allow::SignedIn && !owners {
            continue;
        }
        let call = Call::from(&route.examples[0]).with_token(&access);
        let answer = app.call(route, call).await;
        if answer.status != 403 || !answer.text().contains("an api token is not enough") {
            let_in.push(format!("{}: {}", route.name, answer.body));
        }
        asked += 1;
    }

    assert_eq!(let_in, Vec::<String>::new());
    assert_eq!(open, ANY_TOKEN);
    assert!(asked >= 13, "{asked}");
    let ended = "identity.sessions where revoked_at is not null and revoked_at > now() - interval '1 minute'";
    assert_eq!(app.count(ended).await, 0);
}

#[tokio::test]
async fn nobody_has_more_tokens_than_the_setting_even_when_they_ask_together() {
    let app = App::empty(Domain::Platform).await;
    let access = signed_in(&app, "ada@example.org").await;
    app.execute(
        "insert into platform.settings (key, value, description)
         select key, value, '{\"de\": \"\", \"en\": \"x\"}'
         from (values ('tokens.per_owner', '3'::jsonb), ('tokens.most_days', '10'), ('tokens.default_days', '30'))
           as s (key, value)",
    )
    .await;
    let body = json!({ "name": "one", "scopes": ["giving.read_own"] });
    let make = || app.call(&create::ROUTE, Call::bearer(&access).json(&body));

    let long = json!({ "name": "long", "scopes": ["giving.read_own"], "expires_in_days": 11 });
    let long = app.call(&create::ROUTE, Call::bearer(&access).json(&long)).await;
    let first = make().await;
    let (a, b, c, d) = tokio::join!(make(), make(), make(), make());

    assert_eq!((long.status, long.place()), (422, "/expires_in_days"), "{}", long.body);
    assert_eq!(first.status, 201, "{}", first.body);
    let mut statuses = [&a, &b, &c, &d].map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409, 409], "{}", a.body);
    let refused = [a, b, c, d].into_iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.code(), "too_many_tokens");
    let days = "select distinct (expires_at - created_at)::text from identity.api_tokens";
    assert_eq!(app.value(days).await, "10 days");
    // One that has ended makes room.
    let id = first.body["id"].as_str().unwrap();
    assert_eq!(app.call(&revoke::ROUTE, Call::bearer(&access).path(id)).await.status, 204);
    assert_eq!((make().await.status, make().await.status), (201, 409));
}
