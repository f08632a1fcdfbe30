//! Signs access tokens: JWT (RFC 7519) by ES256, as `api::auth` checks them.
use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use api::{Problem, Request, problem};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use types::{ContactId, SessionId};
use uuid::Uuid;

use super::{AUDIENCE, ISSUER, SIGNING_KEY};

/// Seconds that an access token is good for: what a revoked login can still do. The issue allows 15 minutes.
pub(crate) const LIFETIME_S: u64 = 600;

/// Signs what the database says of `contact`: roles, permissions, grants.
///
/// # Errors
/// The key cannot be used, or the system has no random numbers.
pub(crate) fn access_token(
    req: &Request,
    contact: ContactId,
    family: Option<SessionId>,
    claims: Value,
) -> Result<String, Problem> {
    let der = STANDARD.decode(req.setting(SIGNING_KEY).trim()).map_err(|_| unfit())?;
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random);
    let pair = pair.map_err(|_| unfit())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    let mut payload = claims;
    if let Some(family) = family {
        payload["sid"] = json!(family);
    }
    for (name, value) in [
        ("iss", json!(req.setting(ISSUER))),
        ("aud", json!(req.setting(AUDIENCE))),
        ("sub", json!(contact)),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + LIFETIME_S)),
        ("jti", json!(Uuid::new_v4())),
    ] {
        payload[name] = value;
    }
    let head = json!({ "alg": "ES256", "typ": "JWT", "kid": key_id(&pair) });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&head), part(&payload));
    let signature = pair.sign(&random, message.as_bytes()).map_err(|_| unfit())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The thumbprint of the public key (RFC 7638).
fn key_id(pair: &EcdsaKeyPair) -> String {
    // 0x04, then x and y of 32 bytes each.
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
}

fn unfit() -> Problem {
    Problem::new(problem::INTERNAL, "the request was not carried out").because(Unfit)
}

#[derive(Debug)]
struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGNING_KEY} must be a P-256 private key, PKCS#8 in base64")
    }
}

impl std::error::Error for Unfit {}
