//! What is asked for again and again: an account with a password, tokens, links.
use std::cell::Cell;

use api::Route;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use crate::identity::{link, sign_in, sign_up, verify_email};

mod guessing;
mod issuers;
mod keys;
mod life;
mod noted;
mod passwords;
mod purge;
mod refresh;
pub(super) mod second_factor;
mod secrets;

thread_local! {
    /// How often argon2 was worked through.
    pub(crate) static SPENT: Cell<u32> = const { Cell::new(0) };
}

pub(super) const PASSWORD: &str = "three blind mice run";

pub(super) fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

pub(super) async fn post(app: &App, route: &'static Route, body: &Value) -> Answer {
    app.call(route, Call::anonymous().json(body)).await
}

pub(super) async fn sign_in(app: &App, email: &str, password: &str) -> Answer {
    post(app, &sign_in::ROUTE, &credentials(email, password)).await
}

/// The token of the newest link of that purpose, as the mail would say it.
pub(crate) async fn mailed(app: &App, purpose: &str) -> String {
    let sql = format!(
        "select id::text from identity.verification_tokens where purpose = '{purpose}'
         order by created_at desc limit 1"
    );
    let id = app.value(&sql).await.parse().unwrap();
    link::token(app.var("ARUURI_LINK_KEY").unwrap(), id).unwrap().reveal()
}

/// Signs up and proves the address.
pub(super) async fn account(app: &App, email: &str) {
    let asked = post(app, &sign_up::ROUTE, &credentials(email, PASSWORD)).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let link = json!({ "token": mailed(app, "verify_email").await });
    assert_eq!(post(app, &verify_email::ROUTE, &link).await.status, 204);
}

/// The tokens of a good answer.
pub(super) fn tokens(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}
