//! An id token (OpenID Connect Core 1.0, section 3.1.3.7): checked before anything in it is believed.
use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use types::{Email, Line, Timestamp};

use super::{Doubt, Issuer, keys::Algorithm};

/// Bytes of a token: those of large issuers have three thousand.
const MAX_TOKEN: usize = 8 * 1024;
/// Clocks of issuer and function may differ by so much.
const LEEWAY_S: u64 = 30;
/// A sign-in is now: a token that was issued longer ago is not for it.
const MAX_AGE_S: u64 = 600;
/// OpenID Connect Core 1.0, section 2: `sub` has at most 255 ASCII characters.
const MAX_SUBJECT: usize = 255;

/// A token as it was sent; never shown by `Debug`.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct IdToken(#[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 8192)))] String);

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken(…)")
    }
}

/// What a client made up before it sent somebody to the issuer, and told nobody; never shown by `Debug`.
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NonceSecret(
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[A-Za-z0-9_-]{43,128}$")))] String,
);

impl fmt::Debug for NonceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NonceSecret(…)")
    }
}

impl<'de> Deserialize<'de> for NonceSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = (43..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !fits {
            return Err(D::Error::custom("must be 43 to 128 letters, digits, - and _"));
        }
        Ok(NonceSecret(text))
    }
}

impl NonceSecret {
    fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref().to_vec()
    }
}

/// The nonce that belongs to a secret: the issuer and whoever sees the token learn this, not the secret.
pub fn nonce(secret: &NonceSecret) -> String {
    URL_SAFE_NO_PAD.encode(secret.hash())
}

/// What an issuer says of somebody.
#[derive(Debug)]
pub(crate) struct Vouched {
    /// The issuer.
    pub(crate) issuer: String,
    /// Who it is there.
    pub(crate) subject: String,
    /// Their address of mail, if the issuer has proven it.
    pub(crate) email: Option<Email>,
    /// Given name.
    pub(crate) first_name: Option<Line<100>>,
    /// Family name.
    pub(crate) last_name: Option<Line<100>>,
    /// The hash of the secret, which is used up.
    pub(crate) nonce_hash: Vec<u8>,
    /// Until when the token could come again.
    pub(crate) ends_at: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Whose it says it is, before that is known to be so.
#[derive(Deserialize)]
struct Claimed {
    iss: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    azp: Option<String>,
    sub: String,
    exp: u64,
    iat: u64,
    nbf: Option<u64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    given_name: Option<String>,
    family_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What the token says, if it is genuine, for us, from now, and for whoever holds the secret.
pub(super) async fn verify(
    issuers: &[Issuer],
    IdToken(token): &IdToken,
    secret: &NonceSecret,
) -> Result<Vouched, Doubt> {
    const MALFORMED: Doubt = Doubt::Wrong("the id token is malformed");
    if token.len() > MAX_TOKEN {
        return Err(Doubt::Wrong("the id token is too long"));
    }
    let (message, mac) = token.rsplit_once('.').ok_or(MALFORMED)?;
    let (head, payload) = message.split_once('.').ok_or(MALFORMED)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED);
    let (head, payload, mac) = (decode(head)?, decode(payload)?, decode(mac)?);
    let head: Header = serde_json::from_slice(&head).map_err(|_| MALFORMED)?;
    // An access or a logout token of the same issuer is signed with the same keys (RFC 8725, section 3.11).
    if head.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
        return Err(Doubt::Wrong("the token is no id token"));
    }
    let algorithm = Algorithm::named(&head.alg).filter(|_| head.crit.is_none());
    let algorithm =
        algorithm.ok_or(Doubt::Wrong("the id token is not signed with RS256 or ES256"))?;
    let Claimed { iss } = serde_json::from_slice(&payload).map_err(|_| MALFORMED)?;
    let issuer = issuers.iter().find(|issuer| issuer.name == iss);
    let issuer = issuer.ok_or(Doubt::Wrong("the id token is from an issuer that is not taken"))?;
    let id = head.kid.ok_or(Doubt::Wrong("the id token names no key"))?;
    let key = issuer.key(&id, algorithm).await?;
    if !key.signed(message.as_bytes(), &mac) {
        return Err(Doubt::Wrong("the id token's signature is wrong"));
    }
    let claims: Claims = serde_json::from_slice(&payload)
        .map_err(|_| Doubt::Wrong("the id token's claims are malformed"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    claims.check(issuer, &nonce(secret), now).map_err(Doubt::Wrong)?;
    let ends =
        UNIX_EPOCH + Duration::from_secs(claims.exp.saturating_add(LEEWAY_S + 1).min(now + 86_400));
    let proven = match &claims.email_verified {
        Some(Value::Bool(proven)) => *proven,
        // As Apple sends it.
        Some(Value::String(text)) => text == "true",
        _ => false,
    };
    Ok(Vouched {
        issuer: iss,
        subject: claims.sub,
        email: claims.email.filter(|_| proven).and_then(|email| email.parse().ok()),
        first_name: claims.given_name.and_then(|name| name.parse().ok()),
        last_name: claims.family_name.and_then(|name| name.parse().ok()),
        nonce_hash: secret.hash(),
        ends_at: Timestamp::try_from(ends).map_err(|_| MALFORMED)?,
    })
}

impl Claims {
    fn check(&self, issuer: &Issuer, nonce: &str, now: u64) -> Result<(), &'static str> {
        let ours = |client: &String| issuer.clients.contains(client);
        let (named, several) = match &self.aud {
            Audience::One(one) => (ours(one), false),
            Audience::Many(many) => (many.iter().any(ours), many.len() > 1),
        };
        if !named {
            return Err("the id token is for another audience");
        }
        // Who asked for it must be us: one that is for us among others may have been got by them.
        match &self.azp {
            Some(azp) if !ours(azp) => return Err("the id token was issued to another client"),
            None if several => return Err("the id token does not say whom it was issued to"),
            _ => {}
        }
        if now >= self.exp.saturating_add(LEEWAY_S) {
            return Err("the id token has expired");
        }
        let begins = self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat));
        if now + LEEWAY_S < begins {
            return Err("the id token is not valid yet");
        }
        if now > self.iat.saturating_add(MAX_AGE_S + LEEWAY_S) {
            return Err("the id token was issued more than ten minutes ago");
        }
        if self.nonce.as_deref() != Some(nonce) {
            return Err("the id token's nonce is not that of nonce_secret");
        }
        let fits = (1..=MAX_SUBJECT).contains(&self.sub.len())
            && self.sub.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if fits { Ok(()) } else { Err("the id token's sub is none") }
    }
}
