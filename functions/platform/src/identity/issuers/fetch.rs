//! One GET of a small JSON document, on a connection of its own. Redirects are not followed: the address is configured.
use std::{error, fmt, io, time::Duration};

use https::{Bytes, Cause, Endpoint, Full, Request};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

/// For connection and answer together: whoever signs in waits.
const LIMIT: Duration = Duration::from_secs(3);
/// Bytes of an answer: an issuer has a handful of keys.
const MAX_ANSWER: usize = 256 * 1024;

/// Where an issuer tells of itself: OpenID Connect Discovery 1.0, section 4.1.
pub(super) fn discovery(issuer: &Endpoint) -> Endpoint {
    let path = format!("{}/.well-known/openid-configuration", issuer.path.trim_end_matches('/'));
    Endpoint { path, ..issuer.clone() }
}

/// A document was not got: from where, and why.
#[derive(Debug)]
pub(crate) struct Failed {
    what: String,
    cause: Cause,
}

impl Failed {
    pub(crate) fn new(place: &Endpoint, cause: impl Into<Cause>) -> Failed {
        let what = format!("{}{}", place.authority, place.path);
        Failed { what, cause: cause.into() }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: no answer that can be used from {}", super::VARIABLE, self.what)
    }
}

impl error::Error for Failed {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&*self.cause)
    }
}

/// The document at `place`.
///
/// # Errors
/// When it is not reached in time, does not answer 200, or is no such document.
pub(super) async fn get<T: DeserializeOwned>(place: &Endpoint) -> Result<T, Failed> {
    let bytes = match timeout(LIMIT, exchange(place)).await {
        Ok(exchanged) => exchanged.map_err(|cause| Failed::new(place, cause))?,
        Err(late) => return Err(Failed::new(place, late)),
    };
    serde_json::from_slice(&bytes).map_err(|cause| Failed::new(place, cause))
}

async fn exchange(place: &Endpoint) -> Result<Bytes, Cause> {
    let request = Request::get(&place.path)
        .header("host", &place.authority)
        .header("accept", "application/json")
        .body(Full::default())?;
    let answer = place.connect().await?.send(request, MAX_ANSWER).await?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("HTTP status {}", answer.status)).into());
    }
    Ok(answer.body)
}
