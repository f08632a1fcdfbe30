//! Signing up, in and out. docs/identity.md says how it hangs together.
pub mod change_password;
mod hash;
pub mod jwks;
pub mod link;
pub mod me;
mod password;
pub mod refresh;
pub mod request_password_reset;
pub mod reset_password;
mod secret;
pub mod sign_in;
pub mod sign_out;
pub mod sign_out_everywhere;
pub mod sign_up;
mod signer;
mod tokens;
pub mod verify_email;

use api::{Problem, Response, problem};

pub(crate) use hash::{matches, outdated, spend};
pub use password::Password;
pub use secret::Secret;
pub use tokens::Tokens;

/// Private half of what access tokens are signed with.
const SIGNING_KEY: &str = "ARUURI_JWT_SIGNING_KEY";
/// `iss` and `aud` of the tokens that are signed.
const ISSUER: &str = "ARUURI_JWT_ISSUER";
const AUDIENCE: &str = "ARUURI_JWT_AUDIENCE";
/// Makes the tokens of mailed links.
const LINK_KEY: &str = "ARUURI_LINK_KEY";
/// What a route reads that answers access tokens.
const TOKEN_SETTINGS: &[&str] = &[SIGNING_KEY, ISSUER, AUDIENCE];
/// Argon2 takes 64 MiB, and the processor share of a function grows with its memory.
const HASHING_MEMORY_MB: u16 = 512;

/// Refuses for so many seconds, if there are any.
fn wait(seconds: i32) -> Result<(), Problem> {
    if seconds > 0 { Err(Problem::too_many(seconds)) } else { Ok(()) }
}

/// 401, the same sentence whatever is wrong.
fn wrong(detail: &'static str) -> Problem {
    Problem::new(problem::WRONG_CREDENTIALS, detail).with("www-authenticate", "Bearer")
}

/// 202 with the same body for everybody: whether the address is known shows in its mailbox only.
fn mailed() -> Result<Response, Problem> {
    Response::json(202, &Mailed { sent: "if the address can get this mail, it will" })
}

/// The answer to whoever asks for a mail.
#[derive(Debug, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Mailed {
    /// The same sentence, whether there is such an account or not.
    pub sent: &'static str,
}
