//! Whether a message is from whom it says it is: a keyed hash over the bytes of the body and the moment it was sent.
//!
//! Stripe signs `{time}.{body}` and writes it in hexadecimal; Standard Webhooks (www.standardwebhooks.com, version 1)
//! signs `{id}.{time}.{body}` and writes it in base64. A provider may have several secrets, so that a new one is known
//! before the old one goes.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;

use super::STRIPE;

/// The variable: `off`, or `provider=secret`, separated by commas; a provider may be named more than once.
pub const VARIABLE: &str = "ARUURI_WEBHOOK_SECRETS";

/// Seconds that a message may be old, or its sender's clock ahead.
const TOLERANCE_S: i64 = 300;
/// Signatures of one message that are looked at: a sender that rotates its secret sends two.
const MAX_SIGNATURES: usize = 8;
/// Where the base64 of a secret begins.
const PREFIX: &str = "whsec_";

/// Why a message is not believed, each with the header that is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There is no signature, or none that can be read.
    Unsigned(&'static str),
    /// No secret of ours makes this signature.
    Forged(&'static str),
    /// It was signed too long ago, or in the future: it may have been recorded and sent again.
    Late(&'static str),
}

/// The variable cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{VARIABLE} {}", self.0)
    }
}

impl std::error::Error for Malformed {}

/// The keys that a provider may sign with; none: it is not one that we listen to.
///
/// # Errors
/// What is wrong with the variable, never its value.
pub fn keys(setting: &str, provider: &str) -> Result<Vec<hmac::Key>, Malformed> {
    if setting.trim() == "off" {
        return Ok(Vec::new());
    }
    let mut keys = Vec::new();
    for pair in setting.split(',') {
        let Some((name, secret)) = pair.trim().split_once('=') else {
            return Err(Malformed("must be off, or provider=secret, separated by commas"));
        };
        if secret.len() < 16 {
            return Err(Malformed("has a secret of less than 16 characters"));
        }
        if name == provider {
            keys.push(key(provider, secret)?);
        }
    }
    Ok(keys)
}

fn key(provider: &str, secret: &str) -> Result<hmac::Key, Malformed> {
    if provider == STRIPE {
        return Ok(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    }
    let bytes = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret));
    let bytes = bytes.map_err(|_| Malformed("has a secret that is not base64 after whsec_"))?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// Checks a message that came at `now`, in seconds since 1970; answers its id if a header has one, else an empty text.
///
/// # Errors
/// Why it is not believed. A signature is looked at before its age, so that only its sender learns which was wrong.
pub fn check<'a>(
    provider: &str,
    keys: &[hmac::Key],
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: i64,
) -> Result<&'a str, Doubt> {
    if provider == STRIPE {
        stripe(keys, header, body, now).map(|()| "")
    } else {
        standard(keys, header, body, now)
    }
}

fn stripe<'a>(
    keys: &[hmac::Key],
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: i64,
) -> Result<(), Doubt> {
    const HEADER: &str = "stripe-signature";
    let value = header(HEADER).ok_or(Doubt::Unsigned(HEADER))?;
    let parts = || value.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find(|(name, _)| *name == "t").ok_or(Doubt::Unsigned(HEADER))?.1;
    let tags = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, tag)| from_hex(tag));
    let tags: Vec<Vec<u8>> = tags.take(MAX_SIGNATURES).collect();
    let at: i64 = time.parse().map_err(|_| Doubt::Unsigned(HEADER))?;
    is_signed(keys, &[time.as_bytes(), body].join(&b'.'), &tags, HEADER)?;
    is_fresh(at, now, HEADER)
}

fn standard<'a>(
    keys: &[hmac::Key],
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: i64,
) -> Result<&'a str, Doubt> {
    const ID: &str = "webhook-id";
    const TIME: &str = "webhook-timestamp";
    const HEADER: &str = "webhook-signature";
    let id = header(ID).ok_or(Doubt::Unsigned(ID))?;
    let time = header(TIME).ok_or(Doubt::Unsigned(TIME))?;
    let value = header(HEADER).ok_or(Doubt::Unsigned(HEADER))?;
    let tags = value.split(' ').filter_map(|tag| STANDARD.decode(tag.strip_prefix("v1,")?).ok());
    let tags: Vec<Vec<u8>> = tags.take(MAX_SIGNATURES).collect();
    let at: i64 = time.parse().map_err(|_| Doubt::Unsigned(TIME))?;
    is_signed(keys, &[id.as_bytes(), time.as_bytes(), body].join(&b'.'), &tags, HEADER)?;
    is_fresh(at, now, TIME)?;
    Ok(id)
}

/// Compares in constant time: how long it takes tells nothing of how close a guess was.
fn is_signed(
    keys: &[hmac::Key],
    content: &[u8],
    tags: &[Vec<u8>],
    header: &'static str,
) -> Result<(), Doubt> {
    if tags.is_empty() {
        return Err(Doubt::Unsigned(header));
    }
    let fits = |tag: &Vec<u8>| keys.iter().any(|key| hmac::verify(key, content, tag).is_ok());
    if tags.iter().any(fits) { Ok(()) } else { Err(Doubt::Forged(header)) }
}

fn is_fresh(at: i64, now: i64, header: &'static str) -> Result<(), Doubt> {
    if at.abs_diff(now) > TOLERANCE_S.unsigned_abs() { Err(Doubt::Late(header)) } else { Ok(()) }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}
