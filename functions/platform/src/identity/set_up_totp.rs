//! `POST /v1/platform/me/totp`: set up a second factor, in two calls.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::{Deserialize, Serialize};

use super::{HASHING_MEMORY_MB, Password, TOTP_KEYS, totp};
use crate::sql::identity::{BEGIN_TOTP, ENABLE_TOTP, FIND_TOTP};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-set-up-totp",
    method: Method::POST,
    path: "/v1/platform/me/totp",
    summary: "Answers the secret of a new second factor; called again with its code, asks for it from now on.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    body: Shape::of::<Input>(),
    reply: Shape::of::<SetUp>(),
    problems: &[
        problem::WRONG_CREDENTIALS,
        problem::NOT_FOUND,
        problem::CONFLICT,
        problem::TOO_MANY,
    ],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    settings: &[TOTP_KEYS],
    answer: |req, db| Box::pin(set_up(req, db)),
    examples: &[
        Example {
            name: "wrong-password",
            body: r#"{"current_password": "not the right one"}"#,
            status: 401,
            ..GOOD
        },
        GOOD,
        Example {
            name: "not-begun",
            body: r#"{"current_password": "correct horse battery staple", "code": "123456"}"#,
            status: 404,
            ..GOOD
        },
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: super::DEVELOPERS_PASSWORD,
    role: Some("admin"),
    body: r#"{"current_password": "correct horse battery staple"}"#,
    ..Example::DEFAULT
};

/// The password, and the code once there is a secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewSecondFactor"))]
pub struct Input {
    /// What is signed in with; absent for a login without a password, which must have signed in within ten minutes.
    #[serde(default)]
    current_password: Option<Password>,
    /// Absent: make a secret. Else six digits that the app shows for it.
    #[serde(default)]
    code: Option<super::Code>,
}

/// What is shown once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SecondFactor"))]
pub struct SetUp {
    /// Whether it is asked for from now on.
    enabled: bool,
    /// For the app, in base 32; null once it is enabled.
    secret: Option<String>,
    /// The same as a link or for a QR code.
    uri: Option<String>,
    /// Each signs in once instead of a code; null until it is enabled.
    recovery_codes: Option<Vec<String>>,
}

async fn set_up(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { current_password, code } = req.json()?;
    let login = super::proven_or_fresh(req, db, current_password.as_ref()).await?;
    let (contact, keys) = (req.actor()?, req.keys(TOTP_KEYS));
    let taken = || Problem::conflict("a second factor is set up already: switch it off first");
    let Some(code) = code else {
        let secret = totp::new_secret()?;
        let (sealed, key) = keys.seal(login.user_id.uuid(), &secret)?;
        if !BEGIN_TOTP.one(db, (contact, sealed, key)).await?.changed {
            return Err(taken());
        }
        let secret = totp::base32(&secret);
        let account = encode(&login.email);
        let uri = format!(
            "otpauth://totp/Aruuri:{account}?secret={secret}&issuer=Aruuri&algorithm=SHA1&digits=6&period=30"
        );
        let begun =
            SetUp { enabled: false, secret: Some(secret), uri: Some(uri), recovery_codes: None };
        return Response::json(200, &begun);
    };
    let factor = FIND_TOTP.opt(db, (contact,)).await?;
    let factor = factor.ok_or_else(|| Problem::not_found("second factor"))?;
    super::wait(factor.wait_s)?;
    if factor.totp_enabled {
        return Err(taken());
    }
    let secret = keys.open(factor.user_id.uuid(), &factor.totp_secret, &factor.totp_key_id)?;
    let step = totp::step_of(&secret, &code, totp::now_step(), factor.totp_last_step);
    let step = step.ok_or_else(|| super::wrong("the code is wrong"))?;
    let (codes, hashes) = totp::recovery_codes()?;
    let row = (contact, step, hashes, req.caller()?.session, req.origin());
    if !ENABLE_TOTP.one(db, row).await?.changed {
        return Err(taken());
    }
    let enabled = SetUp { enabled: true, secret: None, uri: None, recovery_codes: Some(codes) };
    Response::json(200, &enabled)
}

/// Percent-encoded, but for what never needs it.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
