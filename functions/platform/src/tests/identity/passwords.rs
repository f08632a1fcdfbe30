use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};

use super::{PASSWORD, account, credentials, mailed, post, sign_in, tokens};
use crate::{
    api_tokens,
    identity::{
        change_password, refresh, request_password_reset, reset_password, sign_up, verify_email,
    },
};

#[tokio::test]
async fn a_reset_password_replaces_the_old_and_ends_every_login() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, token) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let program = program(&app, &access).await;
    post(&app, &request_password_reset::ROUTE, &json!({ "email": "ada@example.org" })).await;
    let link = mailed(&app, "reset_password").await;
    let reset = |password: &str| json!({ "token": link, "password": password });

    let weak = post(&app, &reset_password::ROUTE, &reset("short")).await;
    let done = post(&app, &reset_password::ROUTE, &reset("four and twenty birds")).await;
    let twice = post(&app, &reset_password::ROUTE, &reset("another one altogether")).await;
    let refreshed = post(&app, &refresh::ROUTE, &json!({ "refresh_token": token })).await;
    let old = sign_in(&app, "ada@example.org", PASSWORD).await;
    let new = sign_in(&app, "ada@example.org", "four and twenty birds").await;

    assert_eq!((weak.status, weak.place()), (422, "/password"));
    assert_eq!((done.status, twice.status), (204, 404));
    assert_eq!((refreshed.status, old.status, new.status), (401, 401, 200));
    assert_eq!(post(&app, &api_tokens::exchange::ROUTE, &program).await.status, 401);
    assert!(app.entries(&done).await.contains(&"auth.token_revoked".to_owned()));
}

/// An api token, as it is exchanged.
async fn program(app: &App, access: &str) -> Value {
    let body = json!({ "name": "report", "scopes": ["giving.read_own"] });
    let made = app.call(&api_tokens::create::ROUTE, Call::bearer(access).json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    json!({ "api_token": made.body["token"] })
}

#[tokio::test]
async fn a_link_is_good_for_its_purpose_and_its_hour() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    post(&app, &request_password_reset::ROUTE, &json!({ "email": "ada@example.org" })).await;
    let link = mailed(&app, "reset_password").await;

    let other = post(&app, &verify_email::ROUTE, &json!({ "token": link })).await;
    app.execute(
        "set session_replication_role = replica;
         update identity.verification_tokens set created_at = now() - interval '61 minutes',
           expires_at = now() - interval '1 minute' where purpose = 'reset_password'",
    )
    .await;
    let body = json!({ "token": link, "password": "four and twenty birds" });
    let late = post(&app, &reset_password::ROUTE, &body).await;

    assert_eq!((other.status, late.status), (404, 404));
}

#[tokio::test]
async fn a_changed_password_ends_the_other_logins() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, own) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, other) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let program = program(&app, &access).await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        app.call(&change_password::ROUTE, Call::bearer(&access).json(&body)).await
    };

    let wrong = change("not the right one", "four and twenty birds").await;
    assert_eq!(post(&app, &api_tokens::exchange::ROUTE, &program).await.status, 200);
    let weak = change(PASSWORD, "aaaaaaaaaaaaaaaa").await;
    let named = change(PASSWORD, "ada@example.org is me").await;
    let done = change(PASSWORD, "four and twenty birds").await;
    let own = post(&app, &refresh::ROUTE, &json!({ "refresh_token": own })).await;
    let other = post(&app, &refresh::ROUTE, &json!({ "refresh_token": other })).await;

    assert_eq!((wrong.status, weak.status, weak.place()), (401, 422, "/new_password"));
    // Three letters are in too many words to be refused.
    assert_eq!(named.status, 204);
    assert_eq!(done.status, 401);
    assert_eq!((own.status, other.status), (200, 401));
    assert_eq!(post(&app, &api_tokens::exchange::ROUTE, &program).await.status, 401);
    let why = "select revoke_reason from identity.api_tokens";
    assert_eq!(app.value(why).await, "password_changed");
}

#[tokio::test]
async fn a_hash_of_other_parameters_is_made_anew_at_sign_in() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let stored = "select password_hash from identity.user_secrets";
    let today = app.value(stored).await;
    let weaker = argon2::Params::new(8192, 1, 1, None).unwrap();
    let weaker = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, weaker);
    let hash = argon2::PasswordHasher::hash_password_with_salt(
        &weaker,
        PASSWORD.as_bytes(),
        b"0123456789abcdef",
    );
    app.execute(&format!("update identity.user_secrets set password_hash = '{}'", hash.unwrap()))
        .await;

    tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let anew = app.value(stored).await;
    tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);

    assert!(today.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{today}");
    assert!(anew.starts_with("$argon2id$v=19$m=65536,t=3,p=4$") && anew != today, "{anew}");
    assert_eq!(app.value(stored).await, anew);
}

#[tokio::test]
async fn a_password_counts_only_with_the_link_it_was_chosen_for() {
    let app = App::empty(Domain::Platform).await;
    let first = credentials("ada@example.org", "a stranger chose this");
    post(&app, &sign_up::ROUTE, &first).await;
    let strangers = mailed(&app, "verify_email").await;
    post(&app, &sign_up::ROUTE, &credentials("ada@example.org", PASSWORD)).await;
    let own = mailed(&app, "verify_email").await;

    let proven = post(&app, &verify_email::ROUTE, &json!({ "token": own })).await;
    let late = post(&app, &verify_email::ROUTE, &json!({ "token": strangers })).await;
    let stranger = sign_in(&app, "ada@example.org", "a stranger chose this").await;
    let owner = sign_in(&app, "ada@example.org", PASSWORD).await;

    assert_eq!((proven.status, late.status), (204, 404));
    assert_eq!((stranger.status, owner.status), (401, 200));
    assert_eq!(app.count("identity.users").await, 1);
}

#[tokio::test]
async fn passwords_that_anybody_would_try_are_refused() {
    let app = App::empty(Domain::Platform).await;

    for (password, why) in [
        ("elevenchars", "12"),
        ("aaaabbbbaaaabbbb", "different"),
        ("Password1234!", "first"),
        ("my.name is secret", "name"),
    ] {
        let answer =
            post(&app, &sign_up::ROUTE, &credentials("my.name@example.org", password)).await;
        assert_eq!((answer.status, answer.place()), (422, "/password"), "{password}");
        assert!(answer.body["detail"].as_str().unwrap().contains(why), "{}", answer.body);
    }
    let long = credentials("my.name@example.org", &"long ".repeat(26));
    assert_eq!(post(&app, &sign_up::ROUTE, &long).await.status, 422);
}
