//! The keys of an issuer: asked for when a token needs them, kept in a warm function, asked for again when one is unknown.
use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use https::Endpoint;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

use super::{
    Doubt, Issuer,
    fetch::{self, Failed},
};

/// An issuer is asked for new keys at most so often: whoever sends tokens with made-up keys cannot have us ask more.
const PAUSE: Duration = Duration::from_secs(60);
/// While there are no keys at all nobody can sign in: then so often.
const PAUSE_WITHOUT: Duration = Duration::from_secs(5);
/// Keys of this age are asked for again: an issuer may have withdrawn one.
const OLD: Duration = Duration::from_secs(3_600);
/// Keys of this age are not believed any more, if the issuer cannot be asked.
const SPENT: Duration = Duration::from_secs(24 * 3_600);
/// Keys that are kept of one document.
const MAX_KEYS: usize = 50;

/// How a token is signed; no other is taken (RFC 8725, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 and 2048 to 8192 bits.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Algorithm> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "ES256" => Some(Algorithm::Es256),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// The point, uncompressed (SEC 1, section 2.3.3).
    Ec(Vec<u8>),
}

/// A public key. What kind it is decides how a token of it is signed, never the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    id: String,
    material: Material,
}

impl Key {
    fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::Ec(_) => Algorithm::Es256,
        }
    }

    /// Whether `mac` is the signature of `message`.
    pub(super) fn signed(&self, message: &[u8], mac: &[u8]) -> bool {
        let verified = match &self.material {
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                mac,
            ),
            Material::Ec(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, mac)
            }
        };
        verified.is_ok()
    }
}

/// What is known of an issuer's keys. By the wall clock: the monotonic one may stand still while a sandbox is frozen.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: Vec<Key>,
    /// When they came.
    fetched: Option<SystemTime>,
    /// When they were last asked for, with or without success.
    asked: Option<SystemTime>,
}

impl Keys {
    fn find(&self, id: &str, algorithm: Algorithm) -> Option<&Key> {
        self.known.iter().find(|key| key.id == id && key.algorithm() == algorithm)
    }

    /// Whether to ask for keys now: one is unknown, or they are old; and it is not too soon.
    pub(super) fn due(&self, found: bool, now: SystemTime) -> bool {
        let since = |at: Option<SystemTime>| at.map(|at| now.duration_since(at).unwrap_or(PAUSE));
        let pause = if self.known.is_empty() { PAUSE_WITHOUT } else { PAUSE };
        let wanted = !found || since(self.fetched).is_none_or(|age| age >= OLD);
        wanted && since(self.asked).is_none_or(|age| age >= pause)
    }

    fn forget_spent(&mut self, now: SystemTime) {
        let age = self.fetched.map(|at| now.duration_since(at).unwrap_or_default());
        if age.is_some_and(|age| age >= SPENT) {
            self.known.clear();
        }
    }
}

impl Issuer {
    /// The key of that name, for that algorithm.
    pub(super) async fn key(&self, id: &str, algorithm: Algorithm) -> Result<Key, Doubt> {
        let mut keys = self.keys.lock().await;
        let now = now();
        let mut failed = None;
        if keys.due(keys.find(id, algorithm).is_some(), now) {
            keys.asked = Some(now);
            match self.fetch().await {
                Ok(known) => {
                    keys.known = known;
                    keys.fetched = Some(now);
                }
                Err(e) => failed = Some(e),
            }
        }
        keys.forget_spent(now);
        match (keys.find(id, algorithm), failed) {
            (Some(key), _) => Ok(key.clone()),
            (None, Some(failed)) => Err(Doubt::Unreachable(failed)),
            (None, None) if keys.known.is_empty() => {
                Err(Doubt::Unreachable(Failed::new(&self.place, "it was asked a moment ago")))
            }
            (None, None) => Err(Doubt::Wrong("the id token is signed with an unknown key")),
        }
    }

    async fn fetch(&self) -> Result<Vec<Key>, Failed> {
        let place = fetch::discovery(&self.place);
        let about: Discovery = fetch::get(&place).await?;
        if about.issuer != self.name {
            return Err(Failed::new(&place, "it says that it is another issuer"));
        }
        // An issuer behind TLS names no address without it.
        let at = Endpoint::of(&about.jwks_uri)
            .ok()
            .filter(|at| at.tls || !self.place.tls)
            .ok_or_else(|| Failed::new(&place, "its jwks_uri is no safe address"))?;
        let document: Jwks = fetch::get(&at).await?;
        let keys = document.keys.into_iter().take(MAX_KEYS).filter_map(read);
        Ok(keys.collect())
    }
}

/// OpenID Connect Discovery 1.0, section 3.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// RFC 7517 and RFC 7518, section 6; keys of other kinds are passed over.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

fn read(jwk: Jwk) -> Option<Key> {
    let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    if jwk.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (algorithm, material) = match jwk.kty.as_str() {
        "RSA" => ("RS256", Material::Rsa { n: bytes(jwk.n)?, e: bytes(jwk.e)? }),
        "EC" if jwk.crv.as_deref() == Some("P-256") => {
            let (x, y) = (bytes(jwk.x)?, bytes(jwk.y)?);
            let fits = x.len() == 32 && y.len() == 32;
            fits.then(|| ("ES256", Material::Ec([&[4], x.as_slice(), y.as_slice()].concat())))?
        }
        _ => return None,
    };
    let fits = jwk.alg.is_none_or(|alg| alg == algorithm);
    fits.then_some(Key { id: jwk.kid?, material })
}

#[cfg(test)]
thread_local! {
    /// How far a test has put the clock forward, in seconds.
    pub(crate) static LATER: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

fn now() -> SystemTime {
    #[cfg(test)]
    let later = Duration::from_secs(LATER.with(std::cell::Cell::get));
    #[cfg(not(test))]
    let later = Duration::ZERO;
    SystemTime::now() + later
}
