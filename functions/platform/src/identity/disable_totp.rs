//! `POST /v1/platform/me/totp/disable`: do without a second factor.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use super::{HASHING_MEMORY_MB, Password};
use crate::sql::identity::DISABLE_TOTP;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-disable-totp",
    method: Method::POST,
    path: "/v1/platform/me/totp/disable",
    summary: "Switches the caller's second factor off, and mails them that it was.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    body: Shape::of::<Input>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::NOT_FOUND, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    answer: |req, db| Box::pin(disable(req, db)),
    examples: &[
        GOOD.no_token(),
        GOOD,
        Example { name: "none-set-up", given: super::DEVELOPERS_PASSWORD, status: 404, ..GOOD },
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: concat!(
        super::developers_password!(),
        "; update identity.user_secrets set totp_secret = decode(repeat('00', 48), 'hex'), totp_key_id = 'local';
           update identity.users set totp_enabled = true where email = 'dev@aruuri.localhost'"
    ),
    role: Some("admin"),
    body: r#"{"current_password": "correct horse battery staple"}"#,
    status: 204,
    ..Example::DEFAULT
};

/// The password again: whoever finds an open session must not be able to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NoSecondFactor"))]
pub struct Input {
    /// What is signed in with; absent for a login without a password, which must have signed in within ten minutes.
    #[serde(default)]
    current_password: Option<Password>,
}

async fn disable(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { current_password } = req.json()?;
    super::proven_or_fresh(req, db, current_password.as_ref()).await?;
    match DISABLE_TOTP.one(db, (req.actor()?, req.origin())).await?.changed {
        true => api::no_content(),
        false => Err(Problem::not_found("second factor")),
    }
}
