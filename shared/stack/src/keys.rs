//! Keys for development: the one that signs bearer tokens, and the one that signs cursors. They outlive `down`.
use std::{collections::BTreeMap, fs, io::ErrorKind};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use types::DepartmentId;
use uuid::Uuid;

use crate::{
    Error,
    access::permissions,
    place::{Place, write},
    state::random,
    tls::now,
    webhook,
};

/// The `iss` of local tokens.
pub const ISSUER: &str = "https://aruuri.localhost";
/// The `aud` of local tokens.
pub const AUDIENCE: &str = "aruuri";

const PEM_HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_FOOT: &str = "-----END PRIVATE KEY-----";

/// The local signer of bearer tokens.
pub struct Signer {
    pair: EcdsaKeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("kid", &self.key_id()).finish_non_exhaustive()
    }
}

impl Signer {
    /// The private key as functions take it: PKCS#8, base64.
    fn der(place: &Place) -> Result<String, Error> {
        let path = place.file("jwt-key.pem");
        let pem = match fs::read_to_string(&path) {
            Ok(pem) => pem,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Error::NoKey),
            Err(error) => return Err(Error::io("read", path)(error)),
        };
        Ok(pem.lines().filter(|line| !line.starts_with("-----")).collect())
    }

    /// Reads the key that `up` made.
    pub(crate) fn load(place: &Place) -> Result<Signer, Error> {
        let body = Signer::der(place)?;
        let der = STANDARD.decode(body).map_err(Error::crypto("read jwt-key.pem"))?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random);
        pair.map(|pair| Signer { pair }).map_err(|error| Error::Crypto {
            what: "read jwt-key.pem",
            source: error.to_string().into(),
        })
    }

    /// Reads the key, or makes one.
    pub(crate) fn load_or_make(place: &Place) -> Result<Signer, Error> {
        match Signer::load(place) {
            Err(Error::NoKey) => {}
            result => return result,
        }
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let der =
            der.map_err(|_| Error::Crypto { what: "make a key", source: "no entropy".into() })?;
        let body = STANDARD.encode(der.as_ref());
        let mut pem = format!("{PEM_HEAD}\n");
        for line in body.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str(&format!("{PEM_FOOT}\n"));
        write(&place.file("jwt-key.pem"), 0o600, pem)?;
        Signer::load(place)
    }

    /// A compact ES256 JSON Web Token of these claims, unchanged: tests sign wrong ones.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn sign(&self, claims: &Value) -> Result<String, Error> {
        let head = json!({ "alg": "ES256", "typ": "JWT", "kid": self.key_id() });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&head), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).map_err(|_| {
            Error::Crypto { what: "sign a token", source: "no random numbers".into() }
        })?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// A token that the local functions accept from now on for `seconds`.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn token(&self, subject: Uuid, roles: &[&str], seconds: u64) -> Result<String, Error> {
        self.token_in(subject, roles, &[], seconds)
    }

    /// The same of somebody who holds the roles in these departments only; none: everywhere.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn token_in(
        &self,
        subject: Uuid,
        roles: &[&str],
        departments: &[DepartmentId],
        seconds: u64,
    ) -> Result<String, Error> {
        let now = now();
        let permissions = permissions(roles);
        let limits = match departments {
            [] => json!([]),
            some => json!([{ "permissions": permissions, "departments": some }]),
        };
        self.sign(&json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": roles,
            "permissions": permissions,
            "limits": limits,
            "iat": now,
            "nbf": now,
            "exp": now.saturating_add(seconds),
            "jti": Uuid::new_v4(),
        }))
    }

    /// The public key as a JWKS document.
    pub fn jwks(&self) -> Value {
        let (x, y) = self.coordinates();
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.key_id(), "x": x, "y": y,
        }] })
    }

    /// The RFC 7638 thumbprint of the public key.
    fn key_id(&self) -> String {
        let (x, y) = self.coordinates();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
    }

    fn coordinates(&self) -> (String, String) {
        // 0x04, then x and y of 32 bytes each.
        let point = &self.pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
    }
}

/// The subject of a token that names none: the person who develops here, whom the demo data knows too.
pub fn developer() -> Uuid {
    types::ContactId::seed("dev@aruuri.localhost").uuid()
}

/// 32 random bytes in base64, kept in that file.
fn random_key(place: &Place, name: &str) -> Result<String, Error> {
    let path = place.file(name);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = STANDARD.encode(random::<32>()?);
            write(&path, 0o600, &key)?;
            Ok(key)
        }
        read => read.map_err(Error::io("read", path)),
    }
}

/// What the demo data is sealed with, in base64; it hides nothing.
const DEMO_KEY: &str = "ZGVtbyBkYXRhOiBldmVyeWJvZHkga25vd3MgdGhpcyE=";

/// The variables that are not URLs.
pub(crate) fn variables(place: &Place) -> Result<BTreeMap<String, String>, Error> {
    let signer = Signer::load_or_make(place)?;
    let pairs = [
        ("ARUURI_JWT_KEYS", signer.jwks().to_string()),
        ("ARUURI_JWT_ISSUER", ISSUER.to_owned()),
        ("ARUURI_JWT_AUDIENCE", AUDIENCE.to_owned()),
        ("ARUURI_JWT_SIGNING_KEY", Signer::der(place)?),
        ("ARUURI_LINK_KEY", random_key(place, "link-key")?),
        ("ARUURI_TOTP_KEYS", format!("local={}", random_key(place, "totp-key")?)),
        (
            "ARUURI_BANK_DETAILS_KEYS",
            format!("local={},demo={DEMO_KEY}", random_key(place, "bank-details-key")?),
        ),
        ("ARUURI_CURSOR_KEY", random_key(place, "cursor-key")?),
        ("ARUURI_CORS_ORIGINS", "http://localhost:3000".to_owned()),
        ("ARUURI_EVENT_BUS", "off".to_owned()),
        ("ARUURI_HMRC", "off".to_owned()),
        ("ARUURI_OIDC_ISSUERS", "off".to_owned()),
        ("ARUURI_WEBHOOK_SECRETS", webhook::secrets(&random_key(place, "webhook-secret")?)),
    ];
    Ok(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
