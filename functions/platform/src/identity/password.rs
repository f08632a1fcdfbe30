//! A password as it is chosen.
use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};

/// Characters that a new password has at least and at most (NIST SP 800-63B-4, section 3.1.1.2: at least 15 where it
/// is the only factor is a should of ours we soften to 12, as a second factor can be added).
const MIN: usize = 12;
const MAX: usize = 128;

/// A password, never shown: it has no `Display`, and `Debug` hides it.
pub struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// What is wrong with it as a new password of `email`, if anything.
    pub(crate) fn weakness(&self, email: Option<&str>) -> Option<&'static str> {
        let lower = self.0.to_lowercase();
        let mut characters: Vec<char> = lower.chars().collect();
        let length = characters.len();
        characters.sort_unstable();
        characters.dedup();
        let local = email.and_then(|email| email.split('@').next()).unwrap_or_default();
        let named = local.len() > 3 && lower.contains(&local.to_lowercase());
        match () {
            () if length < MIN => Some("must have at least 12 characters"),
            () if characters.len() < 5 => Some("must have at least 5 different characters"),
            () if named => Some("must not contain the name of the address"),
            () if COMMON.iter().any(|common| lower.contains(common)) => {
                Some("is among the first that anybody would try")
            }
            () => None,
        }
    }
}

impl<'de> Deserialize<'de> for Password {
    /// Takes any text that may be somebody's password; whether a new one is good enough is asked elsewhere.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().count() {
            0 => Err(D::Error::custom("must not be empty")),
            1..=MAX => Ok(Password(text)),
            _ => Err(D::Error::custom("must have at most 128 characters")),
        }
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Password {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "format": "password", "minLength": 1, "maxLength": MAX,
            "description": "1 to 128 characters; a new one has at least 12, is not the address, and is no common one.",
        })
    }
}

/// Stems of the long ones among the most common passwords; longer lists are asked for by the sign-up page.
const COMMON: &[&str] = &[
    "123456789012",
    "abcdefghijkl",
    "administrator",
    "changemechangeme",
    "iloveyouiloveyou",
    "letmeinletmein",
    "password1234",
    "passwordpassword",
    "passwort1234",
    "passwortpasswort",
    "qwertyuiop",
    "qwertzuiop",
    "1q2w3e4r5t6y",
    "welcome12345",
];
