//! Signing up, in and out. docs/identity.md says how it hangs together.
/// What gives the developer of the demo data a password. Nobody has one there: in a preview everybody could read it.
macro_rules! developers_password {
    () => {
        "insert into identity.user_secrets (user_id, password_hash, password_changed_at)
         values ('184787e6-97b1-52d6-8102-2c3e0971eea4',
           '$argon2id$v=19$m=65536,t=3,p=4$kCu6oS665gawQITeyX8Ziw$MTRnp9YQjXD+oeGUpBr9t0luY3R9NcmBqKq2c5qivm0', now())"
    };
}
use developers_password;

pub mod change_password;
pub mod disable_totp;
mod hash;
pub mod issuers;
pub mod jwks;
pub mod link;
pub mod me;
mod password;
pub mod refresh;
pub mod request_password_reset;
pub mod reset_password;
mod secret;
pub mod set_up_totp;
pub mod sign_in;
pub mod sign_in_by_id_token;
pub mod sign_out;
pub mod sign_out_everywhere;
pub mod sign_up;
mod signer;
mod tokens;
mod totp;
pub mod verify_email;

use api::{Problem, Request, Response, problem};
use db::Db;
use types::Locale;

use crate::sql::identity::{BEGIN_PASSWORD_CHANGE, NOTE_WRONG_PASSWORD, OwnLogin};

pub(crate) use hash::{matches, outdated, spend};
pub use password::Password;
pub use secret::Secret;
pub(crate) use signer::{LIFETIME_S, access_token};
pub use tokens::Tokens;
pub use totp::Code;
#[cfg(test)]
pub(crate) use totp::{now_step, one_time};

/// For examples that need one.
pub(crate) const DEVELOPERS_PASSWORD: &str = developers_password!();
/// Private half of what access tokens are signed with.
const SIGNING_KEY: &str = "ARUURI_JWT_SIGNING_KEY";
/// `iss` and `aud` of the tokens that are signed.
const ISSUER: &str = "ARUURI_JWT_ISSUER";
const AUDIENCE: &str = "ARUURI_JWT_AUDIENCE";
/// Makes the tokens of mailed links.
pub(crate) const LINK_KEY: &str = "ARUURI_LINK_KEY";
/// Seal the secrets of second factors.
const TOTP_KEYS: &str = "ARUURI_TOTP_KEYS";
/// What a route reads that answers access tokens.
pub(crate) const TOKEN_SETTINGS: &[&str] = &[SIGNING_KEY, ISSUER, AUDIENCE];
/// Argon2 takes 64 MiB, and the processor share of a function grows with its memory.
pub(crate) const HASHING_MEMORY_MB: u16 = 512;

/// The login of the caller, for whoever has sent its password; counts the attempt.
pub(crate) async fn proven(
    req: &Request,
    db: &Db<'_>,
    password: &Password,
) -> Result<OwnLogin, Problem> {
    let login = begun(req, db).await?;
    prove(req, db, login, password).await
}

/// The same for whoever may have no password, because somebody else vouches for them: then they must have signed in
/// within ten minutes, which is what an open session that was found lying about cannot show.
pub(crate) async fn proven_or_fresh(
    req: &Request,
    db: &Db<'_>,
    password: Option<&Password>,
) -> Result<OwnLogin, Problem> {
    let login = begun(req, db).await?;
    match (password, login.password_hash.as_deref()) {
        (None, None) if login.signed_in_lately => Ok(login),
        (None, None) => Err(wrong("sign in again: without a password, ten minutes are the limit")),
        (None, Some(_)) => Err(Problem::invalid("/current_password", "must be sent")),
        (Some(password), _) => prove(req, db, login, password).await,
    }
}

async fn prove(
    req: &Request,
    db: &Db<'_>,
    login: OwnLogin,
    password: &Password,
) -> Result<OwnLogin, Problem> {
    if matches(password, login.password_hash.as_deref())? {
        return Ok(login);
    }
    let who = (login.user_id, req.caller()?.contact, req.origin());
    NOTE_WRONG_PASSWORD.one(db, who).await?;
    Err(wrong("the present password is another"))
}

async fn begun(req: &Request, db: &Db<'_>) -> Result<OwnLogin, Problem> {
    let caller = req.caller()?;
    let login = BEGIN_PASSWORD_CHANGE.opt(db, (caller.contact, caller.session)).await?;
    let login = login.ok_or_else(|| Problem::not_found("login"))?;
    wait(login.wait_s)?;
    Ok(login)
}

/// The language that a request names; none: it names none of ours.
pub(crate) fn spoken(req: &Request) -> Option<Locale> {
    let named = req.header("accept-language");
    let [a, b] = Locale::ALL.map(|default| Locale::negotiate(named, default));
    (a == b).then_some(a)
}

/// Refuses for so many seconds, if there are any.
pub(crate) fn wait(seconds: i32) -> Result<(), Problem> {
    if seconds > 0 { Err(Problem::too_many(seconds)) } else { Ok(()) }
}

/// 401, the same sentence whatever is wrong.
pub(crate) fn wrong(detail: &'static str) -> Problem {
    Problem::new(problem::WRONG_CREDENTIALS, detail).with("www-authenticate", "Bearer")
}

/// 401: the rest was right.
fn code_needed() -> Problem {
    Problem::new(problem::CODE_NEEDED, "send the code of the second factor too")
        .with("www-authenticate", "Bearer")
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
