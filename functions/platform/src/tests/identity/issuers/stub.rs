//! An issuer on loopback: it tells its keys, signs what a test tells it, changes keys, and can fall silent.
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use native_tls::Identity;
use ring::{
    digest, hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_native_tls::TlsAcceptor;

/// Whom its tokens are for.
pub(super) const CLIENT: &str = "aruuri-web";
/// 32 of the characters that a secret has at least 43 of.
pub(super) const SECRET: &str = "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2";

/// Made once, for tests: ring makes no RSA keys.
const RSA: &str = include_str!("rsa_key.txt");

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(super) fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

pub(super) fn zeros() -> String {
    URL_SAFE_NO_PAD.encode([0; 64])
}

pub(super) fn nonce(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

fn pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random).unwrap()
}

fn ec_jwk(pair: &EcdsaKeyPair, kid: &str) -> Value {
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
}

pub(in crate::tests::identity) struct Stub {
    pub(super) url: String,
    rsa: RsaKeyPair,
    /// The key that signs, and its name.
    signs: Mutex<(String, EcdsaKeyPair)>,
    other: EcdsaKeyPair,
    /// The document; none: it answers 503.
    keys: Arc<Mutex<Option<Value>>>,
    hits: Arc<AtomicUsize>,
    odd: Odd,
}

/// Answers that are not the usual ones: path, and all of what is sent; nothing: it never answers.
type Odd = Arc<Mutex<HashMap<String, Option<String>>>>;

impl Stub {
    pub(super) async fn open() -> Stub {
        Stub::at("http://127.0.0.1", None).await
    }

    /// On loopback too, over TLS with a certificate.
    pub(super) async fn over_tls(place: &str, certificate: &str, key: &str) -> Stub {
        let identity = Identity::from_pkcs8(certificate.as_bytes(), key.as_bytes()).unwrap();
        let acceptor = native_tls::TlsAcceptor::new(identity).unwrap();
        Stub::at(place, Some(acceptor.into())).await
    }

    async fn at(place: &str, tls: Option<TlsAcceptor>) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{place}:{}", listener.local_addr().unwrap().port());
        let rsa = RsaKeyPair::from_pkcs8(&STANDARD.decode(RSA.trim()).unwrap()).unwrap();
        let (first, other) = (pair(), pair());
        let mut encrypts = ec_jwk(&first, "ec-enc");
        encrypts["use"] = json!("enc");
        let keys = json!({ "keys": [
            ec_jwk(&first, "ec-1"), ec_jwk(&other, "ec-2"), rsa_jwk(&rsa), encrypts,
            { "kty": "oct", "kid": "secret", "k": "c2VjcmV0" }, { "kty": "EC", "kid": "half" },
        ] });
        let keys = Arc::new(Mutex::new(Some(keys)));
        let hits = Arc::new(AtomicUsize::new(0));
        let odd = Odd::default();
        let told =
            Told { url: url.clone(), keys: keys.clone(), hits: hits.clone(), odd: odd.clone() };
        tokio::spawn(serve(listener, tls, told));
        Stub { url, rsa, signs: Mutex::new(("ec-1".to_owned(), first)), other, keys, hits, odd }
    }

    pub(super) fn variable(&self) -> String {
        format!("{0}?client_id={CLIENT},{0}?client_id=second-client", self.url)
    }

    /// What a good token says.
    pub(super) fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.url, "aud": CLIENT, "sub": "ada", "iat": now(), "exp": now() + 300, "nonce": nonce,
            "email": "ada@example.org", "email_verified": true, "given_name": "Ada", "family_name": "Lovelace",
        })
    }

    pub(super) fn token(&self, claims: &Value) -> String {
        let kid = self.signs.lock().unwrap().0.clone();
        self.sign(&json!({ "alg": "ES256", "typ": "JWT", "kid": kid }), claims)
    }

    pub(super) fn typed(&self, typ: &str, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "typ": typ, "kid": "ec-1" }), claims)
    }

    pub(super) fn with_key(&self, kid: &str, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "kid": kid }), claims)
    }

    fn sign(&self, head: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(head), part(claims));
        let signs = self.signs.lock().unwrap();
        let mac = signs.1.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Under the name of a key that another one signed for.
    pub(super) fn forged(&self, claims: &Value) -> String {
        let message =
            format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "ec-1" })), part(claims));
        let mac = self.other.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    pub(super) fn rs256(&self, claims: &Value) -> String {
        let message =
            format!("{}.{}", part(&json!({ "alg": "RS256", "kid": self.rsa_kid() })), part(claims));
        let mut mac = vec![0; self.rsa.public().modulus_len()];
        self.rsa
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut mac)
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Signed with what everybody may read, as if it were a shared secret.
    pub(super) fn hs256(&self, kid: &str, payload: &str) -> String {
        let jwk = self.jwk(kid);
        let public = [&jwk["n"], &jwk["x"], &jwk["y"]];
        let public: Vec<u8> = public
            .iter()
            .filter_map(|part| part.as_str())
            .flat_map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
            .collect();
        let message = format!("{}.{payload}", part(&json!({ "alg": "HS256", "kid": kid })));
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    pub(super) fn rsa_kid(&self) -> String {
        "rsa-1".to_owned()
    }

    pub(super) fn jwk(&self, kid: &str) -> Value {
        if kid == "rsa-1" { rsa_jwk(&self.rsa) } else { ec_jwk(&self.signs.lock().unwrap().1, kid) }
    }

    /// From now on another key signs, and only that one is told.
    pub(super) fn rotate(&self) {
        let next = pair();
        *self.keys.lock().unwrap() = Some(json!({ "keys": [ec_jwk(&next, "ec-next")] }));
        *self.signs.lock().unwrap() = ("ec-next".to_owned(), next);
    }

    pub(super) fn silence(&self) {
        *self.keys.lock().unwrap() = None;
    }

    /// From now on that is what it sends for a path.
    pub(super) fn answer(&self, path: &str, all: Option<String>) {
        self.odd.lock().unwrap().insert(path.to_owned(), all);
    }

    /// Tells the keys of another one.
    pub(super) fn tell_keys_of(&self, other: &Stub) {
        let keys = other.keys.lock().unwrap().clone();
        *self.keys.lock().unwrap() = keys;
    }

    /// How often it was asked for anything.
    pub(super) fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
    }
}

fn rsa_jwk(pair: &RsaKeyPair) -> Value {
    let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
    json!({ "kty": "RSA", "kid": "rsa-1", "alg": "RS256", "use": "sig",
        "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) })
}

/// What it says, and to how many.
#[derive(Clone)]
struct Told {
    url: String,
    keys: Arc<Mutex<Option<Value>>>,
    hits: Arc<AtomicUsize>,
    odd: Odd,
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, told: Told) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (tls, told) = (tls.clone(), told.clone());
        tokio::spawn(async move {
            match tls {
                None => answer(stream, told).await,
                Some(tls) => {
                    // Whoever does not believe the certificate has gone.
                    if let Ok(stream) = tls.accept(stream).await {
                        answer(stream, told).await;
                    }
                }
            }
        });
    }
}

/// A whole answer.
pub(super) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, told: Told) {
    let mut head = Vec::new();
    let mut buffer = [0; 4_096];
    while !head.ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        head.extend_from_slice(&buffer[..read]);
    }
    told.hits.fetch_add(1, Ordering::Relaxed);
    let asked = String::from_utf8_lossy(&head);
    let path = asked.split(' ').nth(1).unwrap_or_default();
    let odd = told.odd.lock().unwrap().get(path).cloned();
    let keys = told.keys.lock().unwrap().clone();
    let url = told.url;
    let all = match (odd, keys, path) {
        (Some(None), ..) => std::future::pending().await,
        (Some(Some(all)), ..) => all,
        (None, None, _) => http("503 Service Unavailable", "", "{}"),
        (None, Some(_), "/.well-known/openid-configuration") => {
            let about = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
            http("200 OK", "", &about.to_string())
        }
        (None, Some(keys), "/keys") => http("200 OK", "", &keys.to_string()),
        _ => http("404 Not Found", "", "{}"),
    };
    let _ = stream.write_all(all.as_bytes()).await;
    let _ = stream.shutdown().await;
}
