use std::time::{SystemTime, UNIX_EPOCH};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use db::Domain;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use testdb::{App, Call};

use super::{PASSWORD, account, sign_in, tokens};
use crate::identity::{jwks, me};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn an_access_token_says_who_what_and_for_how_long() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;

    let (access, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (head, payload) = (access.split('.').next().unwrap(), access.split('.').nth(1).unwrap());
    let (head, claims) = (decode(head), decode(payload));
    let keys = app.call(&jwks::ROUTE, Call::anonymous()).await;

    assert_eq!((&head["alg"], &head["kid"]), (&json!("ES256"), &keys.body["keys"][0]["kid"]));
    let life = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!(life <= 15 * 60, "{life}");
    assert_eq!(claims["roles"], json!(["contributor"]));
    assert_eq!(
        claims["permissions"],
        json!(["giving.read_own", "giving.write", "projects.read", "tokens.write"])
    );
    assert_eq!(claims["grants"], json!([]));
    assert_eq!(claims["sub"], app.value("select contact_id::text from identity.users").await);
    assert_eq!(claims["sid"], app.value("select id::text from identity.sessions").await);
}

#[tokio::test]
async fn forged_stale_and_foreign_tokens_are_refused() {
    let app = App::new(Domain::Platform).await;
    let sub = "3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24";
    let (iss, aud) =
        (app.var("ARUURI_JWT_ISSUER").unwrap(), app.var("ARUURI_JWT_AUDIENCE").unwrap());
    let good = json!({ "iss": iss, "aud": aud, "sub": sub, "exp": now() + 60 });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        app.token(&claims)
    };
    let signed = app.token(&good);
    let (message, mac) = signed.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let jwk: Value = serde_json::from_str(app.var("ARUURI_JWT_KEYS").unwrap()).unwrap();
    let point = [jwk["keys"][0]["x"].as_str().unwrap(), jwk["keys"][0]["y"].as_str().unwrap()];
    let point = point.map(|text| URL_SAFE_NO_PAD.decode(text).unwrap()).concat();
    let kid = decode(head)["kid"].clone();
    let hs256 = format!("{}.{payload}", part(&json!({ "alg": "HS256", "kid": kid })));
    let hmac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &[&[4], &point[..]].concat()),
        hs256.as_bytes(),
    );
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        pair.as_ref(),
        &SystemRandom::new(),
    )
    .unwrap();
    let forged = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    let wrong = [
        ("no algorithm", format!("{}.{payload}.", part(&json!({ "alg": "none", "kid": kid })))),
        ("the public key as a secret", format!("{hs256}.{}", URL_SAFE_NO_PAD.encode(hmac))),
        ("another key", format!("{message}.{}", URL_SAFE_NO_PAD.encode(forged))),
        (
            "an unknown kid",
            format!("{}.{payload}.{mac}", part(&json!({ "alg": "ES256", "kid": "other" }))),
        ),
        ("no kid", format!("{}.{payload}.{mac}", part(&json!({ "alg": "ES256" })))),
        (
            "a path as kid",
            format!(
                "{}.{payload}.{mac}",
                part(&json!({ "alg": "ES256", "kid": "../../dev/null" }))
            ),
        ),
        (
            "crit",
            format!(
                "{}.{payload}.{mac}",
                part(&json!({ "alg": "ES256", "kid": kid, "crit": ["b64"] }))
            ),
        ),
        ("other claims under the signature", {
            let mut claims = good.clone();
            claims["roles"] = json!(["admin"]);
            format!("{head}.{}.{mac}", part(&claims))
        }),
        ("no signature", format!("{message}.")),
        ("a signature of zeros", format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64]))),
        ("expired", with("exp", json!(now() - 31))),
        ("not yet valid", with("nbf", json!(now() + 60))),
        ("another audience", with("aud", json!("other"))),
        ("another issuer", with("iss", json!("https://other.example"))),
        ("no expiry", {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove("exp");
            app.token(&claims)
        }),
        ("no contact", with("sub", json!("admin"))),
        ("oversized", with("padding", json!("x".repeat(9000)))),
        ("not a token", "three.blind.mice".to_owned()),
        ("five parts", format!("{signed}.{signed}")),
    ];

    for (what, token) in wrong {
        let answer = app.call(&me::ROUTE, Call::bearer(&token)).await;
        assert_eq!((answer.status, answer.code()), (401, "unauthenticated"), "{what}");
        assert!(answer.header("www-authenticate").unwrap().contains("invalid_token"), "{what}");
    }
    assert_eq!(app.call(&me::ROUTE, Call::bearer(&signed)).await.status, 200);
}

#[tokio::test]
async fn keys_rotate_while_tokens_of_both_are_good() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (old, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        der.as_ref(),
        &SystemRandom::new(),
    )
    .unwrap();
    let signing = STANDARD.encode(der.as_ref());
    // First every function learns the new key, then one signs with it, then the old one goes.
    let app = app.set("ARUURI_JWT_SIGNING_KEY", Some(&signing));
    let (new, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let unknown = app.call(&me::ROUTE, Call::bearer(&new)).await.status;
    let mut keys: Value = serde_json::from_str(app.var("ARUURI_JWT_KEYS").unwrap()).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let kid = decode(new.split('.').next().unwrap())["kid"].clone();
    let next = json!({
        "kty": "EC", "crv": "P-256", "kid": kid,
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y), "d": "private",
    });
    keys["keys"].as_array_mut().unwrap().push(next.clone());

    let app = app.set("ARUURI_JWT_KEYS", Some(&keys.to_string()));
    let both = [
        app.call(&me::ROUTE, Call::bearer(&old)).await.status,
        app.call(&me::ROUTE, Call::bearer(&new)).await.status,
    ];
    let published = app.call(&jwks::ROUTE, Call::anonymous()).await;
    let app = app.set("ARUURI_JWT_KEYS", Some(&json!({ "keys": [next] }).to_string()));
    let after = [
        app.call(&me::ROUTE, Call::bearer(&old)).await.status,
        app.call(&me::ROUTE, Call::bearer(&new)).await.status,
    ];

    assert_eq!((unknown, both, after), (401, [200, 200], [401, 200]));
    assert_eq!(published.body["keys"].as_array().unwrap().len(), 2);
    assert!(!published.body.to_string().contains("private"));
}
