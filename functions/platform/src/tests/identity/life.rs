use db::Domain;
use serde_json::json;
use testdb::{App, Call};

use super::{PASSWORD, account, credentials, mailed, post, sign_in, tokens};
use crate::{
    audit_logs,
    identity::{me, refresh, sign_out, sign_out_everywhere, sign_up, verify_email},
    sessions,
};

#[tokio::test]
async fn an_account_opens_by_its_link_and_closes_by_signing_out() {
    let app = App::empty(Domain::Platform).await;

    let asked = post(&app, &sign_up::ROUTE, &credentials("ada@example.org", PASSWORD)).await;
    let early = sign_in(&app, "ada@example.org", PASSWORD).await;
    let link = json!({ "token": mailed(&app, "verify_email").await });
    let proven = post(&app, &verify_email::ROUTE, &link).await;
    let again = post(&app, &verify_email::ROUTE, &link).await;
    let (access, first) = tokens(&sign_in(&app, "ADA@EXAMPLE.ORG", PASSWORD).await);
    let who = app.call(&me::ROUTE, Call::bearer(&access)).await;
    let (access, second) =
        tokens(&post(&app, &refresh::ROUTE, &json!({ "refresh_token": first })).await);
    let open = app.call(&sessions::list::ROUTE, Call::bearer(&access)).await;
    let out = app.call(&sign_out::ROUTE, Call::bearer(&access)).await;
    let over = post(&app, &refresh::ROUTE, &json!({ "refresh_token": second })).await;
    let closed = app.call(&sessions::list::ROUTE, Call::bearer(&access)).await;

    assert_eq!((asked.status, early.status), (202, 401));
    assert_eq!((proven.status, again.status), (204, 404));
    assert_eq!(who.body["email"], "ada@example.org");
    assert_eq!(who.body["claims"]["roles"], json!(["contributor"]));
    assert_eq!(open.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(open.body["data"][0]["is_current"], true);
    assert_eq!((out.status, over.status, over.code()), (204, 401, "wrong_credentials"));
    assert_eq!(closed.body["data"], json!([]));
}

#[tokio::test]
async fn what_happens_at_the_door_is_in_the_audit_log() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    sign_in(&app, "ada@example.org", "not the right one").await;
    let call = Call::anonymous()
        .json(&credentials("ada@example.org", PASSWORD))
        .from_address("192.0.2.7")
        .header("x-request-id", "at-the-door")
        .header("user-agent", "x".repeat(600));
    let (access, _) = tokens(&app.call(&crate::identity::sign_in::ROUTE, call).await);
    app.call(&sign_out_everywhere::ROUTE, Call::bearer(&access)).await;

    let list = &audit_logs::list::ROUTE;
    let mut actions = app.walk(list, Call::role("auditor"), "action").await;
    let query = "filter[action]=auth.sign_in";
    let entry = app.call(list, Call::role("auditor").query(query)).await.body["data"][0].clone();

    actions.reverse();
    // What that changed is noted besides, row by row.
    actions.retain(|action| action.starts_with("auth."));
    let expected = [
        "auth.sign_up",
        "auth.email_verified",
        "auth.sign_in_failed",
        "auth.sign_in",
        "auth.sign_out",
    ];
    assert_eq!(actions, expected);
    assert_eq!((&entry["ip"], &entry["request_id"]), (&json!("192.0.2.7"), &json!("at-the-door")));
    assert_eq!(entry["user_agent"].as_str().unwrap().len(), 500);
    assert_eq!(entry["entity_type"], "user");
}

#[tokio::test]
async fn one_login_is_revoked_and_nobody_elses() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    account(&app, "eve@example.org").await;
    let (ada, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, lost) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (eve, _) = tokens(&sign_in(&app, "eve@example.org", PASSWORD).await);
    let open = app.call(&sessions::list::ROUTE, Call::bearer(&ada)).await;
    let rows = open.body["data"].as_array().unwrap();
    let other = rows.iter().find(|row| row["is_current"] == false).unwrap();
    let id = other["id"].as_str().unwrap();

    let foreign = app.call(&sessions::revoke::ROUTE, Call::bearer(&eve).path(id)).await;
    let own = app.call(&sessions::revoke::ROUTE, Call::bearer(&ada).path(id)).await;
    let again = app.call(&sessions::revoke::ROUTE, Call::bearer(&ada).path(id)).await;
    let used = post(&app, &refresh::ROUTE, &json!({ "refresh_token": lost })).await;
    let left = app.call(&sessions::list::ROUTE, Call::bearer(&ada)).await;

    assert_eq!((foreign.status, own.status, again.status), (404, 204, 404));
    assert_eq!(used.status, 401);
    assert_eq!(left.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_is_suspended_is_out_at_once() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, token) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);

    app.execute("update identity.users set status = 'suspended'").await;
    let refreshed = post(&app, &refresh::ROUTE, &json!({ "refresh_token": token })).await;
    let signed_in = sign_in(&app, "ada@example.org", PASSWORD).await;
    let who = app.call(&me::ROUTE, Call::bearer(&access)).await;

    assert_eq!((refreshed.status, signed_in.status, who.status), (401, 401, 404));
}
