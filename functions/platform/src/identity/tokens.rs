//! What whoever signs in or refreshes is given.
use api::{Problem, Request, Response};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, SessionId, Timestamp};

use super::{Secret, signer};

/// An access token and the refresh token that gets the next one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Tokens {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: u64,
    /// Good for one refresh; keep it where no script can read it.
    refresh_token: String,
    /// When the refresh token ends.
    refresh_expires_at: Timestamp,
}

/// Who is signed in, and until when.
pub(super) struct Opened {
    pub(super) contact: ContactId,
    pub(super) family: SessionId,
    pub(super) expires_at: Timestamp,
    pub(super) claims: Value,
}

/// 200 with both tokens.
pub(super) fn answer(req: &Request, opened: Opened, refresh: Secret) -> Result<Response, Problem> {
    let Opened { contact, family, expires_at, claims } = opened;
    let tokens = Tokens {
        access_token: signer::access_token(req, contact, Some(family), claims)?,
        token_type: "Bearer",
        expires_in: signer::LIFETIME_S,
        refresh_token: refresh.reveal(),
        refresh_expires_at: expires_at,
    };
    Response::json(200, &tokens)
}
