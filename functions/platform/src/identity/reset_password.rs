//! `POST /v1/platform/reset-password`: set a new password by a mailed link.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use super::{HASHING_MEMORY_MB, Password, Secret};
use crate::sql::identity::RESET_PASSWORD;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-reset-password",
    method: Method::POST,
    path: "/v1/platform/reset-password",
    summary: "Sets a new password by a mailed link, and ends every login.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    status: 204,
    body: Shape::of::<Input>(),
    problems: &[problem::NOT_FOUND, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    answer: |req, db| Box::pin(reset(req, db)),
    examples: &[
        Example {
            name: "unknown-token",
            body: r#"{"token": "bm9ib2R5IGlzIGhvbWU", "password": "three blind mice run"}"#,
            status: 404,
            ..GOOD
        },
        GOOD,
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "insert into identity.verification_tokens (identifier, purpose, token_hash, user_id, expires_at)
            values ('amara@example.org', 'reset_password', sha256('a-token-from-a-mail'),
              'c5c2345e-a181-59ec-9bab-2493e5a4608a', now() + interval '1 hour')",
    body: r#"{"token": "a-token-from-a-mail", "password": "three blind mice run"}"#,
    status: 204,
    ..Example::DEFAULT
};

/// What the link carried, and what to sign in with from now on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "PasswordReset"))]
pub struct Input {
    /// The part of the link after `#token=`.
    token: Secret,
    /// The new password.
    password: Password,
}

async fn reset(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { token, password } = req.json()?;
    if let Some(weakness) = password.weakness(None) {
        return Err(Problem::invalid("/password", weakness));
    }
    let hash = super::spend(&password)?;
    let proof = RESET_PASSWORD.one(db, (token.hash(), hash, req.origin())).await?;
    super::wait(proof.wait_s)?;
    if !proof.done {
        return Err(Problem::not_found("link"));
    }
    api::no_content()
}
