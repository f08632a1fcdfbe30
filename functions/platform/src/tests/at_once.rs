//! What works once works once also for two who come at the same time: both are held at the row until both are there.
use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};

use super::identity::{
    PASSWORD, account, credentials, mailed, post,
    second_factor::{bytes, code},
    sign_in, tokens,
};
use crate::{
    identity::{
        now_step, request_password_reset, reset_password, set_up_totp, sign_in as sign_in_route,
        sign_up, verify_email,
    },
    invitations,
    leads::{convert, create, update},
};

/// The statuses of the same call sent twice, the smaller one first; `rows` are locked until both wait.
async fn twice(app: &App, rows: &str, route: &'static api::Route, call: Call) -> [u16; 2] {
    let gate = app.database.superuser().await;
    gate.batch_execute(&format!("begin; select from {rows} for update")).await.unwrap();
    let open = async {
        let waiting =
            "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        for _ in 0..2_000 {
            if app.count(waiting).await == 2 {
                gate.batch_execute("commit").await.unwrap();
                return;
            }
        }
        panic!("{}: nobody waits for {rows}", route.name);
    };
    let (one, other, ()) = tokio::join!(app.call(route, call.clone()), app.call(route, call), open);
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    statuses
}

async fn link(app: &App, purpose: &str, route: &'static api::Route, mut body: Value) -> [u16; 2] {
    body["token"] = json!(mailed(app, purpose).await);
    let rows =
        format!("identity.verification_tokens where purpose = '{purpose}' and used_at is null");
    twice(app, &rows, route, Call::anonymous().json(&body)).await
}

#[tokio::test]
async fn of_two_who_use_a_mailed_link_at_once_one_does() {
    let app = App::new(Domain::Platform).await;
    let ada = "ada@example.org";
    post(&app, &sign_up::ROUTE, &credentials(ada, PASSWORD)).await;
    assert_eq!(link(&app, "verify_email", &verify_email::ROUTE, json!({})).await, [204, 404]);
    let roles = format!(
        "identity.user_roles g join identity.users u on u.contact_id = g.contact_id where u.email = '{ada}'"
    );
    assert_eq!(app.count(&roles).await, 1);

    post(&app, &request_password_reset::ROUTE, &json!({ "email": ada })).await;
    let body = json!({ "password": "four and twenty birds" });
    assert_eq!(link(&app, "reset_password", &reset_password::ROUTE, body).await, [204, 404]);

    let body = json!({ "email": "robin@example.org", "kind": "internal",
        "roles": [{ "role": "auditor", "scope_type": "global" }] });
    app.created(&invitations::create::ROUTE, "admin", &body).await;
    let body = json!({ "password": PASSWORD });
    assert_eq!(link(&app, "invite", &invitations::accept::ROUTE, body).await, [204, 404]);
}

#[tokio::test]
async fn of_two_who_use_a_code_at_once_one_is_let_in_and_the_other_is_noted() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let set_up = async |code: Option<&str>| {
        let body = json!({ "current_password": PASSWORD, "code": code });
        app.call(&set_up_totp::ROUTE, Call::bearer(&access).json(&body)).await.body
    };
    let secret = bytes(&set_up(None).await["secret"]);
    let step = now_step();
    let enabled = set_up(Some(&code(&secret, step))).await;
    let enter = |code: &str| {
        let mut body = credentials("ada@example.org", PASSWORD);
        body["code"] = json!(code);
        Call::anonymous().json(&body)
    };
    let failed = "audit.audit_logs where action = 'auth.sign_in_failed'";

    let totp = enter(&code(&secret, step + 1));
    let totp = twice(&app, "identity.user_secrets", &sign_in_route::ROUTE, totp).await;
    let noted = app.count(failed).await;
    let recovery = enter(enabled["recovery_codes"][0].as_str().unwrap());
    let recovery = twice(&app, "identity.recovery_codes", &sign_in_route::ROUTE, recovery).await;

    assert_eq!((totp, noted), ([200, 401], 1));
    assert_eq!((recovery, app.count(failed).await), ([200, 401], 2));
}

#[tokio::test]
async fn a_lead_that_two_convert_at_once_becomes_one_customer() {
    let app = App::empty(Domain::Platform).await;
    let made = app.created(&create::ROUTE, "employee", &json!({ "name": "Attic" })).await;
    let id = made["id"].as_str().unwrap();
    let at = |tag: &str| Call::role("employee").path(id).header("if-match", tag);
    app.call(&update::ROUTE, at("\"1\"").json(&json!({ "status": "qualified" }))).await;
    let customer = json!({ "first_name": "Tom", "last_name": "Ashworth" });

    let statuses = twice(&app, "party.leads", &convert::ROUTE, at("\"2\"").json(&customer)).await;

    assert_eq!(statuses, [200, 200], "the second is told what the first did");
    assert_eq!(app.count("party.contacts where last_name = 'Ashworth'").await, 1);
}
