//! Signing in with what an issuer vouches for: a small one on loopback, and what a caller may try.
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use self::stub::{CLIENT, SECRET, Stub, nonce, now};
use super::{PASSWORD, account, credentials, mailed, post, sign_in, tokens};
use crate::{
    accounts::{link, list, unlink},
    identity::{
        issuers::{LATER, parse},
        me, request_password_reset, reset_password, sign_in_by_id_token, sign_up, verify_email,
    },
    invitations,
};

mod over_tls;
mod second_factor;
mod stub;

/// An app that takes tokens of a new stub.
pub(super) async fn connected() -> (App, Stub) {
    let stub = Stub::open().await;
    let app = App::empty(Domain::Platform).await;
    (app.set("ARUURI_OIDC_ISSUERS", Some(&stub.variable())), stub)
}

async fn enter(app: &App, token: &str, secret: &str) -> Answer {
    let body = json!({ "id_token": token, "nonce_secret": secret });
    post(app, &sign_in_by_id_token::ROUTE, &body).await
}

/// A token of the stub for the next secret, and the secret.
pub(super) fn fresh(stub: &Stub, changes: &Value) -> (String, String) {
    let secret = format!("{SECRET}{}", uuid::Uuid::new_v4().simple());
    let mut claims = stub.claims(&nonce(&secret));
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    (stub.token(&claims), secret)
}

async fn enter_as(app: &App, stub: &Stub, changes: &Value) -> Answer {
    let (token, secret) = fresh(stub, changes);
    enter(app, &token, &secret).await
}

#[tokio::test]
async fn a_first_token_makes_a_login_and_the_next_opens_it() {
    let (app, stub) = connected().await;

    let first = enter_as(&app, &stub, &json!({})).await;
    // What the issuer says later of the same subject makes no other login.
    let next =
        enter_as(&app, &stub, &json!({ "email": "new@example.org", "given_name": "Al" })).await;

    let ((access, _), (again, _)) = (tokens(&first), tokens(&next));
    let whoami = app.call(&me::ROUTE, Call::bearer(&access)).await;
    let same = app.call(&me::ROUTE, Call::bearer(&again)).await;
    assert_eq!(whoami.body["contact_id"], same.body["contact_id"]);
    assert_eq!(whoami.body["email"], "ada@example.org");
    assert_eq!(
        (&whoami.body["first_name"], &whoami.body["last_name"]),
        (&json!("Ada"), &json!("Lovelace"))
    );
    assert_eq!(whoami.body["claims"]["roles"], json!(["contributor"]));
    assert!(whoami.body["email_verified_at"].is_string());
    let accounts = app.walk(&list::ROUTE, Call::bearer(&access), "issuer").await;
    assert_eq!(accounts, [stub.url.as_str()]);
    let done = app.entries(&first).await.join(" ");
    assert!(done.contains("auth.account_linked auth.sign_in"), "{done}");
    let mail = "select payload ->> 'template' from platform.outbox_events where topic like 'platform.mail%'";
    assert_eq!(app.value(mail).await, "account_linked");
    assert_eq!(app.count("identity.users").await, 1);
}

#[tokio::test]
async fn tokens_that_are_forged_stale_or_for_somebody_else_are_refused() {
    let (app, stub) = connected().await;
    let secret = SECRET.repeat(2);
    let good = stub.claims(&nonce(&secret));
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        stub.token(&claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        stub.token(&claims)
    };
    let signed = stub.token(&good);
    let (message, mac) = signed.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let headed = |head: Value, mac: &str| format!("{}.{payload}.{mac}", stub::part(&head));
    let rsa = stub.rsa_kid();
    let wrong = [
        ("no algorithm", headed(json!({ "alg": "none", "kid": "ec-1" }), "")),
        ("no algorithm in capitals", headed(json!({ "alg": "None", "kid": "ec-1" }), "")),
        ("the RSA key as a secret", stub.hs256(&rsa, payload)),
        ("the EC key as a secret", stub.hs256("ec-1", payload)),
        ("PS256", headed(json!({ "alg": "PS256", "kid": rsa }), mac)),
        ("an EC key for RS256", headed(json!({ "alg": "RS256", "kid": "ec-1" }), mac)),
        ("an unknown kid", headed(json!({ "alg": "ES256", "kid": "other" }), mac)),
        ("the kid of another key", headed(json!({ "alg": "ES256", "kid": "ec-2" }), mac)),
        ("no kid", headed(json!({ "alg": "ES256" }), mac)),
        ("a path as kid", headed(json!({ "alg": "ES256", "kid": "../../dev/null" }), mac)),
        (
            "a key that it brings along",
            headed(json!({ "alg": "ES256", "kid": "own", "jwk": stub.jwk("own") }), mac),
        ),
        (
            "keys that it names",
            headed(json!({ "alg": "ES256", "kid": "own", "jku": "http://127.0.0.1:1/" }), mac),
        ),
        ("crit", headed(json!({ "alg": "ES256", "kid": "ec-1", "crit": ["b64"] }), mac)),
        ("an access token", stub.typed("at+jwt", &good)),
        ("a logout token", stub.typed("logout+jwt", &good)),
        ("forged", stub.forged(&good)),
        ("other claims under the signature", {
            let mut claims = good.clone();
            claims["sub"] = json!("somebody-else");
            format!("{head}.{}.{mac}", stub::part(&claims))
        }),
        ("no signature", format!("{message}.")),
        ("a signature of zeros", format!("{message}.{}", stub::zeros())),
        ("a key for encryption", stub.with_key("ec-enc", &good)),
        ("expired", with("exp", json!(now() - 31))),
        ("no expiry", without("exp")),
        ("an expiry that is a text", with("exp", json!("9999999999"))),
        ("not yet valid", with("nbf", json!(now() + 60))),
        ("issued in the future", with("iat", json!(now() + 60))),
        ("issued long ago", with("iat", json!(now() - 700))),
        ("issued who knows when", without("iat")),
        ("another audience", with("aud", json!("other"))),
        ("no audience", without("aud")),
        ("ours as a part of the audience", with("aud", json!(format!("{CLIENT}-2")))),
        ("ours among others, asked for by nobody", with("aud", json!([CLIENT, "other"]))),
        ("got by another client", with("azp", json!("other"))),
        ("another issuer", with("iss", json!("https://issuer.example"))),
        ("the issuer with a slash", with("iss", json!(format!("{}/", stub.url)))),
        ("no issuer", without("iss")),
        ("another nonce", with("nonce", json!(nonce("other")))),
        ("the secret as the nonce", with("nonce", json!(secret))),
        ("no nonce", without("nonce")),
        ("no subject", without("sub")),
        ("an empty subject", with("sub", json!(""))),
        ("a subject of two lines", with("sub", json!("1\n2"))),
        ("a subject with a nul", with("sub", json!("1\u{0}"))),
        ("a long subject", with("sub", json!("1".repeat(256)))),
        ("an address that is not proven", with("email_verified", json!(false))),
        ("an address that is nearly proven", with("email_verified", json!(1))),
        ("an address of which nothing is said", without("email_verified")),
        ("a look-alike", with("email", json!("ad\u{430}@example.org"))),
        ("two addresses", with("email", json!("ada@example.org, eve@example.org"))),
        ("oversized", with("padding", json!("x".repeat(7_000)))),
        ("no token", "three.blind.mice".to_owned()),
        ("five parts", format!("{signed}.{signed}")),
        ("spaces", format!(" {signed}")),
    ];

    for (what, token) in wrong {
        let answer = enter(&app, &token, &secret).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "wrong_credentials"),
            "{what}: {}",
            answer.body
        );
    }
    assert_eq!(app.count("identity.users").await + app.count("identity.sessions").await, 0);
    let unread = |token: &str| json!({ "id_token": token, "nonce_secret": secret });
    let huge = post(&app, &sign_in_by_id_token::ROUTE, &unread(&"x".repeat(13_000))).await;
    assert_eq!((huge.status, enter(&app, &signed, "guess").await.status), (413, 422));
    assert_eq!(enter(&app, &signed, &secret).await.status, 200);
}

#[tokio::test]
async fn clocks_may_differ_a_little_and_audiences_be_many() {
    let (app, stub) = connected().await;
    let edges = [
        json!({ "exp": now() - 25 }),
        json!({ "iat": now() + 25, "nbf": now() + 25 }),
        json!({ "iat": now() - 590 }),
        json!({ "aud": [CLIENT] }),
        json!({ "aud": ["other", CLIENT], "azp": CLIENT }),
        json!({ "aud": "second-client", "azp": "second-client" }),
        json!({ "email_verified": "true" }),
        json!({ "sub": "1".repeat(255), "email": "long@example.org" }),
    ];

    for changes in edges {
        let answer = enter_as(&app, &stub, &changes).await;
        assert_eq!(answer.status, 200, "{changes}: {}", answer.body);
    }
    let (token, secret) = {
        let claims = stub.claims(&nonce(&SECRET.repeat(2)));
        (stub.rs256(&claims), SECRET.repeat(2))
    };
    assert_eq!(enter(&app, &token, &secret).await.status, 200);
}

#[tokio::test]
async fn a_token_works_once_also_when_it_comes_twice_at_the_same_time() {
    let (app, stub) = connected().await;
    tokens(&enter_as(&app, &stub, &json!({})).await);
    let (token, secret) = fresh(&stub, &json!({}));

    let one = enter(&app, &token, &secret).await;
    let again = enter(&app, &token, &secret).await;
    let (token, secret) = fresh(&stub, &json!({}));
    let both = "select string_agg(o.outcome, ',') from identity.finish_account_sign_in(";
    // Two connections, as two functions have.
    let call = || {
        let hash = format!("sha256('{secret}')");
        format!(
            "{both}'{}', 'ada', null, null, null, 'en', {hash}, now() + interval '1 hour', null, null,
               gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), '{{}}') o",
            stub.url
        )
    };
    let (left, right) = (call(), call());
    let (left, right) = tokio::join!(app.value(&left), app.value(&right));
    let third = enter(&app, &token, &secret).await;

    assert_eq!((one.status, again.status, third.status), (200, 401, 401), "{}", again.body);
    let mut outcomes = [left, right];
    outcomes.sort();
    assert_eq!(outcomes, ["opened", "replayed"]);
    assert_eq!(app.count("identity.sessions").await, 3);
}

#[tokio::test]
async fn keys_are_kept_and_asked_for_again_at_most_once_a_minute() {
    let (app, stub) = connected().await;
    let later = |seconds| LATER.with(|later| later.set(seconds));
    let one = json!({});

    let first = enter_as(&app, &stub, &one).await.status;
    let second = enter_as(&app, &stub, &one).await.status;
    assert_eq!((first, second, stub.hits()), (200, 200, 2), "discovery and keys, once");
    stub.rotate();
    let mut soon = Vec::new();
    for _ in 0..3 {
        soon.push(enter_as(&app, &stub, &one).await.status);
    }
    assert_eq!((soon.as_slice(), stub.hits()), (&[401; 3][..], 2), "asked a moment ago");
    later(61);
    let rotated =
        [enter_as(&app, &stub, &one).await.status, enter_as(&app, &stub, &one).await.status];
    assert_eq!((rotated, stub.hits()), ([200, 200], 4));
    stub.silence();
    later(61 + 3_600);
    let silent =
        [enter_as(&app, &stub, &one).await.status, enter_as(&app, &stub, &one).await.status];
    assert_eq!((silent, stub.hits()), ([200, 200], 5), "old keys, and one attempt");
    later(61 + 86_400);
    let gone = enter_as(&app, &stub, &one).await;
    let unasked = enter_as(&app, &stub, &one).await;

    assert_eq!((gone.status, gone.code(), unasked.status), (503, "issuer_unreachable", 503));
    assert_eq!((gone.header("retry-after"), stub.hits()), (Some("5"), 6));
    assert!(gone.log.to_string().contains("ARUURI_OIDC_ISSUERS"), "{}", gone.log);
    later(0);
}

#[tokio::test]
async fn an_address_opens_nothing_that_somebody_has() {
    let (app, stub) = connected().await;
    account(&app, "ada@example.org").await;
    let users = app.count("identity.users").await;

    let taken = enter_as(&app, &stub, &json!({})).await;
    let in_capitals = enter_as(&app, &stub, &json!({ "email": "ADA@Example.ORG" })).await;

    assert_eq!((taken.status, taken.code(), in_capitals.status), (409, "link_needed", 409));
    assert_eq!(
        (app.count("identity.users").await, app.count("identity.accounts").await),
        (users, 0)
    );
    tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn who_signed_up_with_somebody_elses_address_loses_it_to_its_owner() {
    let (app, stub) = connected().await;
    let guess = json!({ "email": "ada@example.org", "password": "the password of eve", "first_name": "Eve" });
    post(&app, &sign_up::ROUTE, &guess).await;
    let link = json!({ "token": mailed(&app, "verify_email").await });

    let (access, _) = tokens(&enter_as(&app, &stub, &json!({})).await);
    let opened = post(&app, &verify_email::ROUTE, &link).await;
    let eve = sign_in(&app, "ada@example.org", "the password of eve").await;

    assert_eq!((opened.status, eve.status), (404, 401));
    let whoami = app.call(&me::ROUTE, Call::bearer(&access)).await;
    assert_eq!(
        (&whoami.body["first_name"], &whoami.body["email"]),
        (&json!("Ada"), &json!("ada@example.org"))
    );
    // The other way round: the mailbox takes the login back from an issuer that vouched for the wrong one.
    post(&app, &request_password_reset::ROUTE, &json!({ "email": "ada@example.org" })).await;
    let token = mailed(&app, "reset_password").await;
    let reset = json!({ "token": token, "password": PASSWORD });
    assert_eq!(post(&app, &reset_password::ROUTE, &reset).await.status, 204);
    assert_eq!(enter_as(&app, &stub, &json!({})).await.code(), "link_needed");
    tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn an_account_is_linked_by_who_proves_the_login_and_opens_it_until_unlinked() {
    let (app, stub) = connected().await;
    account(&app, "ada@example.org").await;
    account(&app, "eve@example.org").await;
    let (ada, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (eve, _) = tokens(&sign_in(&app, "eve@example.org", PASSWORD).await);
    let ask = async |who: &str, changes: Value, password: &str| {
        let (token, secret) = fresh(&stub, &changes);
        let body =
            json!({ "id_token": token, "nonce_secret": secret, "current_password": password });
        app.call(&link::ROUTE, Call::bearer(who).json(&body)).await
    };

    let guessed = ask(&ada, json!({}), "not the right one").await;
    let other = ask(&eve, json!({}), PASSWORD).await;
    let unproven = ask(&ada, json!({ "email_verified": false }), PASSWORD).await;
    let linked = ask(&ada, json!({}), PASSWORD).await;
    let again = ask(&ada, json!({}), PASSWORD).await;
    let taken = ask(&eve, json!({ "email": "eve@example.org" }), PASSWORD).await;

    assert_eq!(guessed.code(), "wrong_credentials");
    assert_eq!((other.status, other.place(), unproven.status), (422, "/id_token", 422));
    assert_eq!((linked.status, again.status, taken.status), (201, 201, 409), "{}", linked.body);
    assert_eq!(linked.body["id"], again.body["id"]);
    let (access, _) = tokens(&enter_as(&app, &stub, &json!({})).await);
    let who = app.call(&me::ROUTE, Call::bearer(&access)).await;
    assert_eq!(who.body["email"], "ada@example.org");
    let id = linked.body["id"].as_str().unwrap();
    let foreign = app.call(&unlink::ROUTE, Call::bearer(&eve).path(id)).await;
    let gone = app.call(&unlink::ROUTE, Call::bearer(&ada).path(id)).await;
    let twice = app.call(&unlink::ROUTE, Call::bearer(&ada).path(id)).await;
    assert_eq!((foreign.status, gone.status, twice.status), (404, 204, 204));
    assert_eq!(enter_as(&app, &stub, &json!({})).await.code(), "link_needed");
    assert_eq!(app.walk(&list::ROUTE, Call::bearer(&ada), "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_invited_address_opens_by_its_invitation_only() {
    let stub = Stub::open().await;
    let app = App::new(Domain::Platform).await;
    let app = app.set("ARUURI_OIDC_ISSUERS", Some(&stub.variable()));
    let body = json!({ "email": "ada@example.org", "kind": "internal",
        "roles": [{ "role": "auditor", "scope_type": "global" }] });
    app.created(&invitations::create::ROUTE, "admin", &body).await;

    let early = enter_as(&app, &stub, &json!({})).await;
    let asked = post(&app, &sign_up::ROUTE, &credentials("ada@example.org", PASSWORD)).await;

    assert_eq!((early.code(), asked.status), ("link_needed", 202));
    assert_eq!(app.count("identity.sessions").await, 0);
}

#[test]
fn the_variable_is_read_and_what_is_wrong_with_it_is_said_without_its_value() {
    let read = |value: &str| parse(value).map(|issuers| issuers.len());
    assert_eq!(read("off"), Ok(0));
    assert_eq!(read("https://accounts.google.com?client_id=1"), Ok(1));
    assert_eq!(
        read("https://a.example/v2.0?client_id=1, https://a.example/v2.0?client_id=2"),
        Ok(1)
    );
    assert_eq!(read("https://a.example?client_id=1,http://127.0.0.1:9?client_id=2"), Ok(2));
    let long = format!("https://{}?client_id=secret", "a".repeat(260));
    let wrong = [
        "on",
        "https://secret.example",
        "https://secret.example?client_id=",
        "https://secret.example?client_id=a b",
        "https://secret.example?client_id=a&client_id=b",
        "http://secret.example?client_id=1",
        "ftp://secret.example?client_id=1",
        "secret.example?client_id=1",
        "https://user:secret@a.example?client_id=1",
        "https://?client_id=secret",
        "https://secret.example:port?client_id=1",
        "https://secret.example/a\r\nb?client_id=1",
        "https://secret.example?client_id=1,",
        long.as_str(),
    ];
    for value in wrong {
        let said = parse(value).unwrap_err().to_string();
        assert!(said.starts_with("ARUURI_OIDC_ISSUERS ") && !said.contains("secret"), "{said}");
    }
}
