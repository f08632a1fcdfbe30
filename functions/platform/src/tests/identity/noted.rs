//! Each `auth.` entry of the audit log says who, in which login, from where, and in which request.
use std::{collections::BTreeSet, fs};

use api::Route;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use super::{
    PASSWORD, credentials,
    issuers::{connected, fresh},
    mailed,
    second_factor::{bytes, code},
    tokens,
};
use crate::{
    accounts::{link, unlink},
    api_tokens, audit_logs,
    identity::{
        change_password, disable_totp, now_step, refresh, request_password_reset, reset_password,
        set_up_totp, sign_in, sign_in_by_id_token, sign_out, sign_out_everywhere, sign_up,
        verify_email,
    },
    invitations, sessions,
};

/// What was asked one after the other, each with an address, an agent and a request id of its own.
struct Door {
    app: App,
    /// Ids, and what the test calls them.
    names: Vec<(String, &'static str)>,
    asked: usize,
    told: BTreeSet<String>,
}

impl Door {
    async fn ask(&mut self, route: &'static Route, call: Call) -> Answer {
        self.asked += 1;
        let n = self.asked;
        let call = call
            .from_address(&format!("192.0.2.{n}"))
            .header("user-agent", format!("agent {n}"))
            .header("x-request-id", format!("door-{n}"));
        self.app.call(route, call).await
    }

    async fn post(&mut self, route: &'static Route, body: &Value) -> Answer {
        self.ask(route, Call::anonymous().json(body)).await
    }

    /// Names the contact and the login of an address.
    async fn name(&mut self, email: &str, contact: &'static str, login: &'static str) {
        for (column, name) in [("contact_id", contact), ("id", login)] {
            let sql = format!("select {column}::text from identity.users where email = '{email}'");
            let id = self.app.value(&sql).await;
            self.names.push((id, name));
        }
    }

    /// The access token of a good answer; its session is called so.
    fn opened(&mut self, answer: &Answer, session: &'static str) -> String {
        let (access, _) = tokens(answer);
        let payload = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        self.names.push((claims["sid"].as_str().unwrap().to_owned(), session));
        access
    }

    /// What the last request has noted: action, kind, contact, login, session, and about what; if address, agent and
    /// request are its own.
    async fn noted(&mut self) -> Vec<String> {
        let n = self.asked;
        let sql = format!(
            "select string_agg(concat_ws(' ', action, actor_kind, coalesce(actor_contact_id::text, '-'),
                 coalesce(actor_user_id::text, '-'), coalesce(session_id::text, '-'), coalesce(entity_id::text, '-')),
               ',' order by action)
             from audit.audit_logs
             where action like 'auth.%' and request_id = 'door-{n}' and host(ip) = '192.0.2.{n}'
               and user_agent = 'agent {n}'"
        );
        let mut lines = self.app.value(&sql).await;
        for (id, name) in &self.names {
            lines = lines.replace(id, name);
        }
        let lines: Vec<String> = lines.split_terminator(',').map(str::to_owned).collect();
        self.told.extend(lines.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned));
        lines
    }
}

/// The actions that the database's functions and this crate's statements name.
async fn named(app: &App) -> BTreeSet<String> {
    let functions = "select string_agg(p.prosrc, ' ') from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace and n.nspname !~ '^(pg_|information_schema)'";
    let mut texts = vec![app.value(functions).await];
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql")).unwrap() {
        texts.push(fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let quoted = |text: &str| -> Vec<String> {
        text.split('\'')
            .filter(|part| part.starts_with("auth.") && !part.contains([' ', '%']))
            .map(str::to_owned)
            .collect()
    };
    texts.iter().flat_map(|text| quoted(text)).collect()
}

const UNNOTED: &str =
    "audit.audit_logs where action like 'auth.%' and coalesce(request_id, '') !~ '^door-[0-9]+$'";

#[tokio::test]
async fn every_entry_of_the_door_says_who_in_which_login_from_where_and_in_which_request() {
    let (app, stub) = connected().await;
    let before = app.count(UNNOTED).await;
    let mut door = Door { app, names: Vec::new(), asked: 0, told: BTreeSet::new() };
    let ada = "ada@example.org";
    let right = credentials(ada, PASSWORD);
    let password = json!({ "current_password": PASSWORD });

    // Who signs up, or asks for a link, has proven nothing: nobody is named, only what it was about.
    door.post(&sign_up::ROUTE, &right).await;
    door.name(ada, "ada", "ada's").await;
    assert_eq!(door.noted().await, ["auth.sign_up user - - - ada's"]);
    let token = mailed(&door.app, "verify_email").await;
    door.post(&verify_email::ROUTE, &json!({ "token": token })).await;
    assert_eq!(door.noted().await, ["auth.email_verified user ada ada's - ada's"]);
    door.post(&sign_in::ROUTE, &credentials(ada, "not the right one")).await;
    assert_eq!(door.noted().await, ["auth.sign_in_failed user ada ada's - ada's"]);
    door.post(&sign_in::ROUTE, &credentials("nobody@example.org", PASSWORD)).await;
    assert_eq!(door.noted().await, ["auth.sign_in_failed user - - - -"]);
    let answer = door.post(&sign_in::ROUTE, &right).await;
    let first = door.opened(&answer, "first");
    let (_, renewal) = tokens(&answer);
    assert_eq!(door.noted().await, ["auth.sign_in user ada ada's first ada's"]);

    // An account elsewhere.
    let (token, secret) = fresh(&stub, &json!({}));
    let body = json!({ "id_token": token, "nonce_secret": secret, "current_password": PASSWORD });
    let linked = door.ask(&link::ROUTE, Call::bearer(&first).json(&body)).await;
    assert_eq!(door.noted().await, ["auth.account_linked user ada ada's first ada's"]);
    let (token, secret) = fresh(&stub, &json!({}));
    let body = json!({ "id_token": token, "nonce_secret": secret });
    let answer = door.post(&sign_in_by_id_token::ROUTE, &body).await;
    door.opened(&answer, "elsewhere");
    assert_eq!(door.noted().await, ["auth.sign_in user ada ada's elsewhere ada's"]);
    let account = linked.body["id"].as_str().unwrap();
    door.ask(&unlink::ROUTE, Call::bearer(&first).path(account)).await;
    assert_eq!(door.noted().await, ["auth.account_unlinked user ada ada's first ada's"]);
    let (token, secret) = fresh(&stub, &json!({ "sub": "bob", "email": "bob@example.org" }));
    let body = json!({ "id_token": token, "nonce_secret": secret });
    let answer = door.post(&sign_in_by_id_token::ROUTE, &body).await;
    door.opened(&answer, "bobs-session");
    door.name("bob@example.org", "bob", "bob's").await;
    assert_eq!(
        door.noted().await,
        [
            "auth.account_linked user bob bob's - bob's",
            "auth.sign_in user bob bob's bobs-session bob's"
        ]
    );

    // Whoever does not know the present password is shown the door; each place that asks for it notes that.
    let other = "not the right one";
    let (token, secret) = fresh(&stub, &json!({}));
    let places = [
        (
            &link::ROUTE,
            json!({ "id_token": token, "nonce_secret": secret, "current_password": other }),
        ),
        (&set_up_totp::ROUTE, json!({ "current_password": other })),
        (&disable_totp::ROUTE, json!({ "current_password": other })),
        (&change_password::ROUTE, json!({ "current_password": other, "new_password": PASSWORD })),
    ];
    for (route, body) in places {
        let refused = door.ask(route, Call::bearer(&first).json(&body)).await;
        assert_eq!((refused.status, refused.code()), (401, "wrong_credentials"), "{}", route.name);
        assert_eq!(door.noted().await, ["auth.password_failed user ada ada's first ada's"]);
    }

    // A second factor ends the other sessions.
    let begun = door.ask(&set_up_totp::ROUTE, Call::bearer(&first).json(&password)).await;
    assert_eq!(door.noted().await, Vec::<String>::new());
    let digits = code(&bytes(&begun.body["secret"]), now_step());
    let body = json!({ "current_password": PASSWORD, "code": digits });
    door.ask(&set_up_totp::ROUTE, Call::bearer(&first).json(&body)).await;
    assert_eq!(
        door.noted().await,
        [
            "auth.sign_out user ada ada's first ada's",
            "auth.totp_enabled user ada ada's first ada's"
        ]
    );
    let body = json!({ "email": ada, "password": PASSWORD, "code": "AAAA-BBBB-CCCC-DDDD" });
    door.post(&sign_in::ROUTE, &body).await;
    assert_eq!(door.noted().await, ["auth.sign_in_failed user ada ada's - ada's"]);
    door.ask(&disable_totp::ROUTE, Call::bearer(&first).json(&password)).await;
    assert_eq!(door.noted().await, ["auth.totp_disabled user ada ada's first ada's"]);

    // Programs: their id stands where a session would, and no login.
    let mut programs = Vec::new();
    for name in ["program", "other", "last"] {
        let body = json!({ "name": name, "scopes": ["giving.read_own"] });
        let made = door.ask(&api_tokens::create::ROUTE, Call::bearer(&first).json(&body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.body["id"].as_str().unwrap().to_owned();
        door.names.push((id.clone(), name));
        assert_eq!(door.noted().await, [format!("auth.token_created user ada ada's first {name}")]);
        programs.push((id, made.body["token"].clone()));
    }
    let body = json!({ "api_token": programs[0].1 });
    let used = door.post(&api_tokens::exchange::ROUTE, &body).await;
    assert_eq!(door.noted().await, ["auth.token_used token ada - program program"]);
    let itself = used.body["access_token"].as_str().unwrap();
    door.ask(&api_tokens::revoke::ROUTE, Call::bearer(itself).path(&programs[0].0)).await;
    assert_eq!(door.noted().await, ["auth.token_revoked token ada - program program"]);
    door.post(&api_tokens::exchange::ROUTE, &body).await;
    assert_eq!(door.noted().await, ["auth.token_failed token ada - program program"]);
    let nobody = json!({ "api_token": "aru_made_up" });
    assert_eq!(door.post(&api_tokens::exchange::ROUTE, &nobody).await.status, 401);
    assert_eq!(door.noted().await, ["auth.token_failed token - - - -"]);
    door.ask(&api_tokens::revoke::ROUTE, Call::bearer(&first).path(&programs[1].0)).await;
    assert_eq!(door.noted().await, ["auth.token_revoked user ada ada's first other"]);

    // A refresh token that was stolen.
    let body = json!({ "refresh_token": renewal });
    assert_eq!(door.post(&refresh::ROUTE, &body).await.status, 200);
    assert_eq!(door.noted().await, Vec::<String>::new());
    door.app
        .execute(
            "set session_replication_role = replica;
             update identity.sessions set rotated_at = rotated_at - interval '11 seconds'
             where rotated_at is not null",
        )
        .await;
    door.post(&refresh::ROUTE, &body).await;
    assert_eq!(door.noted().await, ["auth.refresh_reused user ada ada's first ada's"]);

    // Ends of sessions, with a new password and without.
    let answer = door.post(&sign_in::ROUTE, &right).await;
    door.opened(&answer, "second");
    let answer = door.post(&sign_in::ROUTE, &right).await;
    let third = door.opened(&answer, "third");
    let second = door.names.iter().find(|(_, name)| *name == "second").unwrap().0.clone();
    door.ask(&sessions::revoke::ROUTE, Call::bearer(&third).path(&second)).await;
    assert_eq!(door.noted().await, ["auth.sign_out user ada ada's third second"]);
    let body = json!({ "current_password": PASSWORD, "new_password": "four and twenty birds" });
    door.ask(&change_password::ROUTE, Call::bearer(&third).json(&body)).await;
    assert_eq!(
        door.noted().await,
        [
            "auth.password_changed user ada ada's third ada's",
            "auth.token_revoked user ada ada's third last"
        ]
    );
    door.ask(&sign_out::ROUTE, Call::bearer(&third)).await;
    assert_eq!(door.noted().await, ["auth.sign_out user ada ada's third third"]);
    let answer = door.post(&sign_in::ROUTE, &credentials(ada, "four and twenty birds")).await;
    let fourth = door.opened(&answer, "fourth");
    door.ask(&sign_out_everywhere::ROUTE, Call::bearer(&fourth)).await;
    assert_eq!(door.noted().await, ["auth.sign_out user ada ada's fourth ada's"]);
    let answer = door.post(&sign_in::ROUTE, &credentials(ada, "four and twenty birds")).await;
    let fifth = door.opened(&answer, "fifth");
    let (token, secret) = fresh(&stub, &json!({ "sub": "ada-elsewhere" }));
    let body = json!({ "id_token": token, "nonce_secret": secret, "current_password": "four and twenty birds" });
    let linked = door.ask(&link::ROUTE, Call::bearer(&fifth).json(&body)).await;
    assert_eq!(linked.status, 201, "{}", linked.body);
    door.post(&request_password_reset::ROUTE, &json!({ "email": ada })).await;
    assert_eq!(door.noted().await, ["auth.password_reset_requested user - - - ada's"]);
    door.post(&request_password_reset::ROUTE, &json!({ "email": "nobody@example.org" })).await;
    assert_eq!(door.noted().await, ["auth.password_reset_requested user - - - -"]);
    let sql = "select t.id::text from identity.verification_tokens t
        where t.purpose = 'reset_password' and t.user_id is not null order by t.created_at desc limit 1";
    let id = door.app.value(sql).await.parse().unwrap();
    let key = door.app.var("ARUURI_LINK_KEY").unwrap();
    let token = crate::identity::link::token(key, id).unwrap();
    let body = json!({ "token": token.reveal(), "password": PASSWORD });
    assert_eq!(door.post(&reset_password::ROUTE, &body).await.status, 204);
    assert_eq!(
        door.noted().await,
        [
            "auth.account_unlinked user ada ada's - ada's",
            "auth.password_reset user ada ada's - ada's",
            "auth.sign_out user ada ada's - ada's"
        ]
    );

    assert_eq!(door.app.count(UNNOTED).await, before, "each of these has a request");
    let mut told = door.told;
    told.extend(accepted().await);
    assert_eq!(told, named(&door.app).await, "a new action of the door is made to happen here");
    let docs = include_str!("../../../../../docs/identity.md");
    let unsaid: Vec<_> =
        told.iter().filter(|action| !docs.contains(&format!("`{action}`"))).collect();
    assert_eq!(unsaid, Vec::<&String>::new());
}

/// An invitation needs staff: the demo data has some.
async fn accepted() -> BTreeSet<String> {
    let app = App::new(Domain::Platform).await;
    let body = json!({ "email": "robin@example.org", "kind": "internal",
        "roles": [{ "role": "auditor", "scope_type": "global" }] });
    app.created(&invitations::create::ROUTE, "admin", &body).await;
    let mut door = Door { app, names: Vec::new(), asked: 0, told: BTreeSet::new() };
    door.name("robin@example.org", "robin", "robin's").await;

    let body = json!({ "token": mailed(&door.app, "invite").await, "password": PASSWORD });
    door.post(&invitations::accept::ROUTE, &body).await;

    assert_eq!(door.noted().await, ["auth.invitation_accepted user robin robin's - robin's"]);
    let found = Call::role("auditor").query("filter[action]=auth.invitation_accepted");
    assert_eq!(door.app.walk(&audit_logs::list::ROUTE, found, "ip").await, ["192.0.2.1"]);
    door.told
}
