//! An issuer behind TLS: whom we take its keys from, and from whom not.
use std::{env, fs, process};

use db::Domain;
use serde_json::json;
use testdb::{App, Transport};

use super::{
    enter_as,
    stub::{CLIENT, SECRET, Stub, http, nonce},
};
use crate::{
    identity::{issuers::LATER, sign_in_by_id_token},
    tests::identity::post,
};

const ABOUT: &str = "/.well-known/openid-configuration";
/// Where the second process finds the certificate and its key.
const CERTIFICATE: &str = "ARUURI_TEST_CERTIFICATE";

/// Only a new process reads another `SSL_CERT_FILE`: the test runs itself once more, with the certificate.
#[tokio::test]
async fn keys_come_over_tls_from_the_issuer_itself_and_nobody_else() {
    if let Ok(given) = env::var(CERTIFICATE) {
        return with_the_authority(&given).await;
    }
    let (authority, certificate, key) = stack::issued(&["localhost"]).unwrap();
    let file = env::temp_dir().join(format!("aruuri-issuer-{}.pem", process::id()));
    fs::write(&file, authority).unwrap();
    let itself = "tests::identity::issuers::over_tls::keys_come_over_tls_from_the_issuer_itself_and_nobody_else";
    let output = process::Command::new(env::current_exe().unwrap())
        .args(["--exact", itself, "--nocapture"])
        .env("SSL_CERT_FILE", &file)
        .env(CERTIFICATE, format!("{certificate}{key}"))
        .output()
        .unwrap();
    fs::remove_file(&file).unwrap();

    let [said, why] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success() && said.contains("1 passed"), "{said}{why}");
}

async fn with_the_authority(given: &str) {
    let (certificate, key) = given.split_at(given.find("-----BEGIN PRIVATE KEY").unwrap());
    let trusted = async || Stub::over_tls("https://localhost", certificate, key).await;
    let (_, stranger, its_key) = stack::issued(&["localhost"]).unwrap();
    let [good, elsewhere, fits, large, another, moved, silent, late, open] = [
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
        trusted().await,
    ];
    let unknown = Stub::over_tls("https://localhost", &stranger, &its_key).await;
    let unnamed = Stub::over_tls("https://127.0.0.1", certificate, key).await;
    let plain = Stub::open().await;
    plain.tell_keys_of(&open);
    let store = trusted().await;
    store.tell_keys_of(&elsewhere);
    let all = [
        &good, &elsewhere, &fits, &large, &another, &moved, &silent, &late, &open, &unknown,
        &unnamed,
    ];
    let named = all.map(|stub| format!("{}?client_id={CLIENT}", stub.url)).join(",");
    // Over HTTP the database would need the authority that was replaced.
    let app = App::empty(Domain::Platform).await.over(Transport::TcpDirect);
    let app = app.set("ARUURI_OIDC_ISSUERS", Some(&named));
    let enter = async |stub: &Stub, who: &str| {
        let changes = json!({ "sub": who, "email": format!("{who}@example.org") });
        enter_as(&app, stub, &changes).await
    };

    // The issuer itself, once for all tokens; what it does not know is asked for once a minute.
    let first = enter(&good, "good").await;
    assert_eq!((first.status, good.hits()), (200, 2), "{}", first.body);
    for later in [0, 0, 61, 61] {
        LATER.set(later);
        let secret = format!("{SECRET}{SECRET}");
        let token = good.with_key("ec-9", &good.claims(&nonce(&secret)));
        let body = json!({ "id_token": token, "nonce_secret": secret });
        assert_eq!(post(&app, &sign_in_by_id_token::ROUTE, &body).await.status, 401);
        assert_eq!(good.hits(), if later == 0 { 2 } else { 4 });
    }
    LATER.set(0);

    // Keys may be kept on another host, over TLS.
    let keys = format!("{}/keys", store.url);
    elsewhere.answer(ABOUT, Some(http("200 OK", "", &about(&elsewhere.url, &keys))));
    let served = enter(&elsewhere, "elsewhere").await;
    assert_eq!((served.status, elsewhere.hits(), store.hits()), (200, 1, 1));
    open.answer(ABOUT, Some(http("200 OK", "", &about(&open.url, &format!("{}/keys", plain.url)))));
    let refused = enter(&open, "open").await;
    assert_eq!((refused.status, refused.code(), open.hits()), (503, "issuer_unreachable", 1));
    assert_eq!(plain.hits(), 0, "nothing is asked in the clear");

    // 256 KiB, and a byte more.
    let padded = |stub: &Stub, length: usize| {
        let about = about(&stub.url, &format!("{}/keys", stub.url));
        http("200 OK", "", &format!("{about}{}", " ".repeat(length - about.len())))
    };
    fits.answer(ABOUT, Some(padded(&fits, 256 * 1024)));
    large.answer(ABOUT, Some(padded(&large, 256 * 1024 + 1)));
    assert_eq!((enter(&fits, "fits").await.status, fits.hits()), (200, 2));
    assert_eq!((enter(&large, "large").await.status, large.hits()), (503, 1));

    // Who says to be somebody else, or sends us away.
    let name = format!("{}/", another.url);
    another
        .answer(ABOUT, Some(http("200 OK", "", &about(&name, &format!("{}/keys", another.url)))));
    assert_eq!((enter(&another, "another").await.status, another.hits()), (503, 1));
    let there = about(&moved.url, &format!("{}/keys", moved.url));
    moved.answer("/there", Some(http("200 OK", "", &there)));
    moved.answer(
        ABOUT,
        Some(http("302 Found", &format!("location: {}/there\r\n", moved.url), &there)),
    );
    assert_eq!((enter(&moved, "moved").await.status, moved.hits()), (503, 1));

    // Who never answers, at the first question or the second.
    silent.answer(ABOUT, None);
    late.answer("/keys", None);
    let (silence, lateness) = tokio::join!(enter(&silent, "silent"), enter(&late, "late"));
    assert_eq!((silence.status, silent.hits()), (503, 1));
    assert_eq!((lateness.status, late.hits()), (503, 2));

    // A certificate of an authority that nobody knows, or of another name.
    assert_eq!((enter(&unknown, "unknown").await.status, unknown.hits()), (503, 0));
    assert_eq!((enter(&unnamed, "unnamed").await.status, unnamed.hits()), (503, 0));
}

fn about(issuer: &str, keys: &str) -> String {
    json!({ "issuer": issuer, "jwks_uri": keys }).to_string()
}
