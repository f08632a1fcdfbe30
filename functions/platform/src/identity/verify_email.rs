//! `POST /v1/platform/verify-email`: prove an address by the link that was mailed to it.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use super::Secret;
use crate::sql::identity::VERIFY_EMAIL;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-verify-email",
    method: Method::POST,
    path: "/v1/platform/verify-email",
    summary: "Opens the account that a mailed link belongs to; the link works once.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    status: 204,
    body: Shape::of::<Input>(),
    problems: &[problem::NOT_FOUND, problem::TOO_MANY],
    body_limit: 4 * 1024,
    answer: |req, db| Box::pin(verify_email(req, db)),
    examples: &[
        Example {
            name: "unknown-token",
            body: r#"{"token": "bm9ib2R5IGlzIGhvbWU"}"#,
            status: 404,
            ..GOOD
        },
        GOOD,
    ],
    ..Route::DEFAULT
};

// Sam was invited by the demo data.
const GOOD: Example = Example {
    given: "insert into identity.verification_tokens (identifier, purpose, token_hash, user_id, expires_at)
            values ('sam.okafor@aruuri.localhost', 'verify_email', sha256('a-token-from-a-mail'),
              '3d6c6bbd-f54f-53ea-82bb-6eb850db5936', now() + interval '1 hour')",
    body: r#"{"token": "a-token-from-a-mail"}"#,
    status: 204,
    ..Example::DEFAULT
};

/// What the link carried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "EmailProof"))]
pub struct Input {
    /// The part of the link after `#token=`.
    token: Secret,
}

async fn verify_email(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { token } = req.json()?;
    let proof = VERIFY_EMAIL.one(db, (token.hash(), req.origin())).await?;
    super::wait(proof.wait_s)?;
    if !proof.done {
        return Err(Problem::not_found("link"));
    }
    api::no_content()
}
