//! The token of a mailed link. It follows from the id of its row and a key outside the database, so that whoever sends
//! the mail can make it again, and neither the event nor the database holds it.
use api::{Problem, Request, problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use types::VerificationTokenId;

use super::{LINK_KEY, Secret};

/// The token of `id`, or `None` if the key is not 32 bytes in base64.
pub fn token(key: &str, id: VerificationTokenId) -> Option<Secret> {
    let key = STANDARD.decode(key.trim()).ok().filter(|key| key.len() >= 32)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    Some(Secret::of(hmac::sign(&key, id.uuid().as_bytes()).as_ref()))
}

/// A new id, and the hash of its token.
pub(crate) fn new(req: &Request) -> Result<(VerificationTokenId, Vec<u8>), Problem> {
    let id = VerificationTokenId::new();
    let token = token(req.setting(LINK_KEY), id).ok_or_else(|| {
        Problem::new(problem::INTERNAL, "the request was not carried out").because(Malformed)
    })?;
    Ok((id, token.hash()))
}

/// The key cannot be used.
#[derive(Debug)]
struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{LINK_KEY} must be at least 32 bytes in base64")
    }
}

impl std::error::Error for Malformed {}
