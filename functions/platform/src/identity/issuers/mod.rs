//! Whom else we believe about who somebody is: issuers of OpenID Connect, as one variable names them.
//!
//! What a token of theirs must say is in `id_token`, where their keys come from in `keys`.
mod fetch;
mod id_token;
mod keys;

use std::{
    collections::HashMap,
    error, fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use api::{Problem, Request, problem};

pub use id_token::IdToken;
pub(crate) use id_token::Vouched;
pub use id_token::{NonceSecret, nonce};
#[cfg(test)]
pub(crate) use keys::LATER;

use https::Endpoint;
use keys::Keys;

/// The variable: `off`, or `https://issuer?client_id=ours`, separated by commas; an issuer may be named more than once.
pub const VARIABLE: &str = "ARUURI_OIDC_ISSUERS";
/// Longest `iss`: what the column of an account takes.
const MAX_ISSUER: usize = 254;

/// An issuer, whom its tokens must be for, and its keys as far as they are known.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// As in `iss`, character by character.
    pub(crate) name: String,
    clients: Vec<String>,
    place: Endpoint,
    keys: tokio::sync::Mutex<Keys>,
}

/// The variable cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub(crate) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VARIABLE} {}", self.0)
    }
}

impl error::Error for Malformed {}

/// Why an id token is not believed.
#[derive(Debug)]
pub(crate) enum Doubt {
    /// It is not genuine, not for us, or not from now; the sentence is for the caller.
    Wrong(&'static str),
    /// Its issuer does not tell its keys.
    Unreachable(fetch::Failed),
}

/// Those of the variable, parsed once, with the keys that a warm function keeps.
static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Vec<Issuer>>>>> = LazyLock::new(Mutex::default);

/// Reads the variable.
///
/// # Errors
/// What is wrong with it, never its value.
pub(crate) fn parse(setting: &str) -> Result<Vec<Issuer>, Malformed> {
    const FORM: &str = "must be off, or https://issuer?client_id=ours, separated by commas";
    let mut issuers: Vec<Issuer> = Vec::new();
    if setting.trim() == "off" {
        return Ok(issuers);
    }
    for entry in setting.split(',') {
        let (name, client) = entry.trim().split_once("?client_id=").ok_or(Malformed(FORM))?;
        if client.is_empty() || !client.bytes().all(|b| b.is_ascii_graphic() && b != b'&') {
            return Err(Malformed("has a client_id that is none"));
        }
        if name.len() > MAX_ISSUER {
            return Err(Malformed("has an issuer of more than 254 characters"));
        }
        let place = Endpoint::of(name).map_err(Malformed)?;
        match issuers.iter_mut().find(|known| known.name == name) {
            Some(known) => known.clients.push(client.to_owned()),
            None => issuers.push(Issuer {
                name: name.to_owned(),
                clients: vec![client.to_owned()],
                place,
                keys: tokio::sync::Mutex::default(),
            }),
        }
    }
    Ok(issuers)
}

fn known(setting: &str) -> Result<Arc<Vec<Issuer>>, Malformed> {
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(issuers) = all.get(setting) {
        return Ok(issuers.clone());
    }
    let issuers = Arc::new(parse(setting)?);
    all.insert(setting.to_owned(), issuers.clone());
    Ok(issuers)
}

/// What the issuer of `token` vouches for, if the token is genuine and was asked for by whoever holds `secret`.
///
/// # Errors
/// 401 for a token that is not believed, 503 if its issuer does not tell its keys.
pub(crate) async fn vouched(
    req: &Request,
    token: &IdToken,
    secret: &NonceSecret,
) -> Result<Vouched, Problem> {
    let issuers = known(req.setting(VARIABLE)).map_err(|e| {
        Problem::new(problem::INTERNAL, "the request was not carried out").because(e)
    })?;
    id_token::verify(&issuers, token, secret).await.map_err(|doubt| match doubt {
        Doubt::Wrong(why) => super::wrong(why),
        Doubt::Unreachable(failed) => {
            let detail = "the issuer does not tell its keys; nothing was done, try again";
            Problem::new(problem::ISSUER_UNREACHABLE, detail)
                .with("retry-after", "5")
                .because(failed)
        }
    })
}
