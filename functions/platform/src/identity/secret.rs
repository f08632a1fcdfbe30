//! A secret that a caller holds and the database does not.
use std::fmt;

use api::{Problem, problem};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::Deserialize;

/// A refresh token or the token of a link, as it is sent; never shown by `Debug`.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Secret(#[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 200)))] String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl Secret {
    /// 256 random bits.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(crate) fn random() -> Result<Secret, Problem> {
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| Problem::new(problem::INTERNAL, "the request was not carried out"))?;
        Ok(Secret::of(&bytes))
    }

    pub(crate) fn of(bytes: &[u8]) -> Secret {
        Secret(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What the database keeps of it. No salt and no work: nobody guesses 256 random bits.
    pub(crate) fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref().to_vec()
    }

    /// For the one answer or mail that hands it out.
    pub fn reveal(self) -> String {
        self.0
    }
}
