//! Secrets at rest: sealed with AES-256-GCM under keys from the environment, each for the row that it belongs to.
use std::{error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    aead, hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use uuid::Uuid;

use crate::{Problem, Request, problem};

/// Bytes of a nonce of AES-GCM, which stands before what is sealed.
const NONCE: usize = 12;

/// The keys of a variable, `name=key` by commas: the first seals, all open, so that a new one is put before the old.
pub struct Keys<'a> {
    variable: &'static str,
    pairs: &'a str,
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.variable)
    }
}

impl Request {
    /// The keys of a variable that the route names in `settings`.
    pub fn keys(&self, variable: &'static str) -> Keys<'_> {
        Keys::of(variable, self.setting(variable))
    }
}

impl<'a> Keys<'a> {
    /// The keys of that variable.
    pub fn of(variable: &'static str, pairs: &'a str) -> Keys<'a> {
        Keys { variable, pairs }
    }

    /// Seals a secret with the first key, for this row only; and names the key.
    ///
    /// # Errors
    /// 500 if there is no usable key.
    pub fn seal(&self, of: Uuid, secret: &[u8]) -> Result<(Vec<u8>, String), Problem> {
        let (name, key) = self.pairs().next().ok_or_else(|| self.broken("holds no key"))?;
        let nonce: [u8; NONCE] = random()?;
        let mut sealed = secret.to_vec();
        self.cipher(key)?
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(of.into_bytes()),
                &mut sealed,
            )
            .map_err(|_| self.broken("cannot seal"))?;
        Ok(([nonce.as_slice(), &sealed].concat(), name.to_owned()))
    }

    /// Opens what [`Keys::seal`] has sealed for that row with the key of that name.
    ///
    /// # Errors
    /// 500 if the key is not there, or is not the one.
    pub fn open(&self, of: Uuid, sealed: &[u8], name: &str) -> Result<Vec<u8>, Problem> {
        let pair = self.pairs().find(|(known, _)| *known == name);
        let (_, key) =
            pair.ok_or_else(|| self.broken("no key has the name that a secret was sealed with"))?;
        let parts = sealed.split_at_checked(NONCE);
        let (nonce, sealed) = parts.ok_or_else(|| self.broken("a secret is too short"))?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce)
            .map_err(|_| self.broken("a bad nonce"))?;
        let mut secret = sealed.to_vec();
        let opened =
            self.cipher(key)?.open_in_place(nonce, aead::Aad::from(of.into_bytes()), &mut secret);
        let opened = opened.map_err(|_| self.broken("a secret cannot be opened with its key"))?;
        Ok(opened.to_vec())
    }

    /// What a text is known again by without reading it, under each key, the first first. Nobody makes it without the
    /// keys, so few digits cannot be found by trying all.
    ///
    /// # Errors
    /// 500 if there is no usable key.
    pub fn marks(&self, text: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
        let marks = self.pairs().map(|(_, key)| {
            // A key of its own, so that what seals does nothing else.
            let key =
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.bytes(key)?), b"aruuri marks");
            let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
            Ok(hmac::sign(&key, text).as_ref().to_vec())
        });
        let marks: Vec<_> = marks.collect::<Result<_, Problem>>()?;
        if marks.is_empty() { Err(self.broken("holds no key")) } else { Ok(marks) }
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.split(',').filter_map(|pair| pair.trim().split_once('='))
    }

    fn bytes(&self, key: &str) -> Result<Vec<u8>, Problem> {
        STANDARD.decode(key).map_err(|_| self.broken("a key is not base64"))
    }

    fn cipher(&self, key: &str) -> Result<aead::LessSafeKey, Problem> {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &self.bytes(key)?)
            .map_err(|_| self.broken("a key is not 32 bytes"))?;
        Ok(aead::LessSafeKey::new(key))
    }

    fn broken(&self, why: &'static str) -> Problem {
        broken(Broken { variable: self.variable, why })
    }
}

/// Random bytes that nobody can guess.
///
/// # Errors
/// 500 if the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| broken(Broken { variable: "the system", why: "no random numbers" }))?;
    Ok(bytes)
}

fn broken(cause: Broken) -> Problem {
    Problem::new(problem::INTERNAL, "the request was not carried out").because(cause)
}

#[derive(Debug)]
struct Broken {
    variable: &'static str,
    why: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.why)
    }
}

impl error::Error for Broken {}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const BOTH: &str = "new=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=, old=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn keys(pairs: &str) -> Keys<'_> {
        Keys::of("TEST_KEYS", pairs)
    }

    #[test]
    fn a_new_key_is_put_before_the_old_and_the_old_still_opens() {
        let row = Uuid::from_u128(1);

        let (sealed, name) = keys(OLD).seal(row, b"secret").unwrap();
        let (newer, newer_name) = keys(BOTH).seal(row, b"secret").unwrap();

        assert_eq!((name.as_str(), newer_name.as_str()), ("old", "new"));
        assert_eq!(keys(BOTH).open(row, &sealed, &name).unwrap(), b"secret");
        assert_eq!(keys(BOTH).open(row, &newer, &newer_name).unwrap(), b"secret");
        assert_eq!(keys(OLD).open(row, &newer, &newer_name).unwrap_err().code.status, 500);
    }

    #[test]
    fn what_is_sealed_opens_for_its_row_and_whole_only() {
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (sealed, name) = keys(OLD).seal(row, b"secret").unwrap();
        let (again, _) = keys(OLD).seal(row, b"secret").unwrap();
        let mut changed = sealed.clone();
        changed[NONCE] ^= 1;

        assert_ne!(sealed, again);
        for (row, sealed) in
            [(other, &sealed[..]), (row, &changed), (row, &sealed[..11]), (row, b"")]
        {
            assert_eq!(keys(OLD).open(row, sealed, &name).unwrap_err().code.status, 500);
        }
    }

    #[test]
    fn a_mark_is_the_same_for_the_same_text_and_key_only() {
        let old = keys(OLD).marks(b"20000055779911").unwrap();
        let both = keys(BOTH).marks(b"20000055779911").unwrap();

        assert_eq!((old.len(), both.len()), (1, 2));
        assert_eq!(old[0], both[1]);
        assert_ne!(both[0], both[1]);
        assert_ne!(old, keys(OLD).marks(b"20000055779912").unwrap());
    }

    #[test]
    fn keys_that_are_none_seal_nothing() {
        for none in ["", "old", "old=?", "old=AQEB"] {
            assert_eq!(
                keys(none).seal(Uuid::nil(), b"secret").unwrap_err().code.status,
                500,
                "{none}"
            );
        }
        assert_eq!(keys("").marks(b"text").unwrap_err().code.status, 500);
    }
}
