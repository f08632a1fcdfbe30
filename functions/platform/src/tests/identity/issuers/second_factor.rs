//! The second factor of a login that an issuer opens.
use serde_json::{Value, json};
use testdb::Call;

use super::{connected, enter, enter_as, fresh};
use crate::{
    identity::{disable_totp, now_step, set_up_totp, sign_in_by_id_token},
    tests::identity::{
        PASSWORD, account, post,
        second_factor::{bytes, code},
        sign_in, tokens,
    },
};

#[tokio::test]
async fn a_second_factor_is_asked_for_here_too_and_a_suspended_login_stays_shut() {
    let (app, stub) = connected().await;
    tokens(&enter_as(&app, &stub, &json!({})).await);
    let user = app.value("select id::text from identity.users").await;
    app.execute(&format!(
        "update identity.users set totp_enabled = true;
         insert into identity.user_secrets (user_id, totp_secret, totp_key_id) values ('{user}', '\\x{}', 'local');
         insert into identity.recovery_codes (user_id, code_hash) values ('{user}', sha256('ABCDEFGH'))",
        "00".repeat(48)
    ))
    .await;
    let (token, secret) = fresh(&stub, &json!({}));
    let with = |code: &str| json!({ "id_token": token, "nonce_secret": secret, "code": code });

    let asked = enter(&app, &token, &secret).await;
    let wrong = post(&app, &sign_in_by_id_token::ROUTE, &with("ABCD-EFGI")).await;
    let (token, secret) = fresh(&stub, &json!({}));
    let with = |code: &str| json!({ "id_token": token, "nonce_secret": secret, "code": code });
    let right = post(&app, &sign_in_by_id_token::ROUTE, &with("ABCD-EFGH")).await;
    let used = {
        let (token, secret) = fresh(&stub, &json!({}));
        let body = json!({ "id_token": token, "nonce_secret": secret, "code": "ABCD-EFGH" });
        post(&app, &sign_in_by_id_token::ROUTE, &body).await
    };
    let noted = [app.entries(&wrong).await, app.entries(&used).await];
    app.execute("update identity.users set status = 'suspended'").await;
    let suspended = enter_as(&app, &stub, &json!({})).await;

    assert_eq!((asked.status, asked.code()), (401, "second_factor_needed"));
    assert_eq!((wrong.status, right.status, used.status), (401, 200, 401), "{}", right.body);
    assert_eq!(noted, [["auth.sign_in_failed"], ["auth.sign_in_failed"]]);
    assert_eq!((suspended.status, suspended.code()), (401, "wrong_credentials"));
}

#[tokio::test]
async fn a_login_without_a_password_sets_a_second_factor_up_soon_after_it_signed_in() {
    let (app, stub) = connected().await;
    let (access, _) = tokens(&enter_as(&app, &stub, &json!({})).await);
    let call = async |route: &'static api::Route, access: &str, body: &Value| {
        app.call(route, Call::bearer(access).json(body)).await
    };
    let set_up = &set_up_totp::ROUTE;
    let old = "set session_replication_role = replica;
        update identity.sessions set created_at = now() - interval '601 seconds'";

    let begun = call(set_up, &access, &json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let guessed = call(set_up, &access, &json!({ "current_password": PASSWORD })).await;
    app.execute(old).await;
    let late = call(set_up, &access, &json!({})).await;
    let (access, _) = tokens(&enter_as(&app, &stub, &json!({})).await);
    let code = code(&bytes(&begun.body["secret"]), now_step());
    let enabled = call(set_up, &access, &json!({ "code": code })).await;
    let asked = enter_as(&app, &stub, &json!({})).await;
    app.execute(old).await;
    let stays = call(&disable_totp::ROUTE, &access, &json!({})).await;
    app.execute(
        "set session_replication_role = replica; update identity.sessions set created_at = now()",
    )
    .await;
    let off = call(&disable_totp::ROUTE, &access, &json!({})).await;

    assert_eq!((guessed.status, late.status, enabled.status), (401, 401, 200), "{}", enabled.body);
    assert_eq!((asked.status, asked.code()), (401, "second_factor_needed"));
    assert_eq!((stays.status, off.status), (401, 204), "{}", stays.body);
    // Whoever has a password has to send it.
    account(&app, "bob@example.org").await;
    let (access, _) = tokens(&sign_in(&app, "bob@example.org", PASSWORD).await);
    let lacking = call(set_up, &access, &json!({})).await;
    assert_eq!((lacking.status, lacking.place()), (422, "/current_password"), "{}", lacking.body);
}
