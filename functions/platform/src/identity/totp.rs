//! The second factor: time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds, one step to either side).
use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use api::{Problem, Request, problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    aead, digest, hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::Deserialize;
use types::UserId;

use super::TOTP_KEYS;
use crate::sql::identity::Sealed;

const STEP_S: u64 = 30;
const DIGITS: u32 = 6;
/// Of RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Recovery codes that are handed out at once.
const RECOVERY_CODES: usize = 10;

/// Six digits or a recovery code, as typed; never shown by `Debug`.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Code(#[cfg_attr(feature = "openapi", schemars(length(min = 6, max = 40)))] String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl Code {
    /// Without what people put between groups.
    fn plain(&self) -> String {
        self.0.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
    }
}

/// What a code has shown.
pub(super) enum Proof {
    /// The login has no second factor.
    NotAsked,
    /// It has one, and no code was sent.
    Missing,
    /// The code of this step.
    Step(i64),
    /// A recovery code of this hash; whether there is such a one, the database says.
    Recovery(Vec<u8>),
    /// Neither.
    Wrong,
}

/// Looks at the code of a sign-in.
pub(super) fn check(
    req: &Request,
    user: UserId,
    factor: &Sealed,
    code: Option<&Code>,
) -> Result<Proof, Problem> {
    let (Some(sealed), Some(key)) = (&factor.totp_secret, &factor.totp_key_id) else {
        return Ok(Proof::NotAsked);
    };
    let Some(code) = code else { return Ok(Proof::Missing) };
    if code.plain().len() > 6 {
        return Ok(Proof::Recovery(recovery_hash(&code.plain())));
    }
    let secret = open(req.setting(TOTP_KEYS), user, sealed, key)?;
    Ok(match step_of(&secret, code, now_step(), factor.totp_last_step) {
        Some(step) => Proof::Step(step),
        None => Proof::Wrong,
    })
}

/// The step that the code belongs to: now or one beside it, and later than the last that was taken.
pub(super) fn step_of(secret: &[u8], code: &Code, now: i64, last: Option<i64>) -> Option<i64> {
    let code: u32 = code.plain().parse().ok()?;
    let fits = |step: &i64| last.is_none_or(|last| *step > last) && one_time(secret, *step) == code;
    (now - 1..=now + 1).find(fits)
}

/// RFC 4226, section 5.3.
pub(crate) fn one_time(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let mac = mac.as_ref();
    let at = usize::from(mac[19] & 0xf);
    let word = u32::from_be_bytes([mac[at], mac[at + 1], mac[at + 2], mac[at + 3]]);
    (word & 0x7fff_ffff) % 10_u32.pow(DIGITS)
}

pub(crate) fn now_step() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    i64::try_from(now / STEP_S).unwrap_or(i64::MAX)
}

/// 160 random bits, as long as the hash (RFC 4226, section 4, R6).
pub(super) fn new_secret() -> Result<[u8; 20], Problem> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| broken("no random numbers"))?;
    Ok(bytes)
}

/// As an app takes it.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + group.len()].copy_from_slice(group);
        let word = u64::from_be_bytes(five);
        let letters = (group.len() * 8).div_ceil(5);
        text.extend((0..letters).map(|i| char::from(BASE32[(word >> (35 - 5 * i) & 31) as usize])));
    }
    text
}

/// New recovery codes of 80 bits each, and their hashes in hexadecimal.
pub(super) fn recovery_codes() -> Result<(Vec<String>, Vec<String>), Problem> {
    let mut codes = Vec::new();
    let mut hashes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let plain = base32(&random::<10>()?);
        hashes.push(recovery_hash(&plain).iter().map(|byte| format!("{byte:02x}")).collect());
        let groups: Vec<&str> = [0, 4, 8, 12].map(|at| &plain[at..at + 4]).into();
        codes.push(groups.join("-"));
    }
    Ok((codes, hashes))
}

fn recovery_hash(plain: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, plain.to_ascii_uppercase().as_bytes()).as_ref().to_vec()
}

/// Seals a secret with the first key, for this login only; and names the key.
pub(super) fn seal(keys: &str, user: UserId, secret: &[u8]) -> Result<(Vec<u8>, String), Problem> {
    let (name, key) = key(keys, None)?;
    let nonce: [u8; 12] = random()?;
    let mut sealed = secret.to_vec();
    let of = aead::Aad::from(user.uuid().into_bytes());
    key.seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), of, &mut sealed)
        .map_err(|_| broken("a secret cannot be sealed"))?;
    Ok(([nonce.as_slice(), &sealed].concat(), name.to_owned()))
}

/// Opens what [`seal`] has sealed.
pub(super) fn open(
    keys: &str,
    user: UserId,
    sealed: &[u8],
    name: &str,
) -> Result<Vec<u8>, Problem> {
    let (_, key) = key(keys, Some(name))?;
    let (nonce, sealed) =
        sealed.split_at_checked(12).ok_or_else(|| broken("a secret is too short"))?;
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken("a bad nonce"))?;
    let mut secret = sealed.to_vec();
    let of = aead::Aad::from(user.uuid().into_bytes());
    let opened = key.open_in_place(nonce, of, &mut secret);
    Ok(opened.map_err(|_| broken("a secret cannot be opened with its key"))?.to_vec())
}

/// The key of that name, else the first.
fn key<'a>(keys: &'a str, name: Option<&str>) -> Result<(&'a str, aead::LessSafeKey), Problem> {
    let mut pairs = keys.split(',').filter_map(|pair| pair.trim().split_once('='));
    let pair = pairs.find(|(known, _)| name.is_none_or(|name| name == *known));
    let (name, key) =
        pair.ok_or_else(|| broken("no key has the name that a secret was sealed with"))?;
    let key = STANDARD.decode(key).map_err(|_| broken("a key is not base64"))?;
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, &key)
        .map_err(|_| broken("a key is not 32 bytes"))?;
    Ok((name, aead::LessSafeKey::new(key)))
}

fn broken(why: &'static str) -> Problem {
    Problem::new(problem::INTERNAL, "the request was not carried out").because(Broken(why))
}

#[derive(Debug)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TOTP_KEYS}: {}", self.0)
    }
}

impl std::error::Error for Broken {}
