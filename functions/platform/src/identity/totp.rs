//! The second factor: time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds, one step to either side).
use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use api::{Problem, Request};
use ring::{digest, hmac};
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
    let secret = req.keys(TOTP_KEYS).open(user.uuid(), sealed, key)?;
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
    api::random()
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
        let plain = base32(&api::random::<10>()?);
        hashes.push(recovery_hash(&plain).iter().map(|byte| format!("{byte:02x}")).collect());
        let groups: Vec<&str> = [0, 4, 8, 12].map(|at| &plain[at..at + 4]).into();
        codes.push(groups.join("-"));
    }
    Ok((codes, hashes))
}

fn recovery_hash(plain: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, plain.to_ascii_uppercase().as_bytes()).as_ref().to_vec()
}
