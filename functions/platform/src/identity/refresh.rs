//! `POST /v1/platform/refresh`: exchange a refresh token for the next pair of tokens.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::SessionId;

use super::{
    Secret, TOKEN_SETTINGS, Tokens,
    tokens::{self, Opened},
};
use crate::sql::identity::{REFRESH, Refreshed};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-refresh",
    method: Method::POST,
    path: "/v1/platform/refresh",
    summary: "Answers new tokens for a refresh token, which works once; used again later, it ends the login.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Tokens>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::CONFLICT],
    body_limit: 4 * 1024,
    settings: TOKEN_SETTINGS,
    answer: |req, db| Box::pin(refresh(req, db)),
    examples: &[
        Example {
            name: "unknown-token",
            body: r#"{"refresh_token": "bm9ib2R5IGlzIGhvbWU"}"#,
            status: 401,
            ..GOOD
        },
        GOOD,
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "insert into identity.sessions (id, user_id, family_id, token_hash, expires_at)
            values ('0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10', '184787e6-97b1-52d6-8102-2c3e0971eea4',
              '0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10', sha256('a-refresh-token'), now() + interval '1 day')",
    body: r#"{"refresh_token": "a-refresh-token"}"#,
    ..Example::DEFAULT
};

/// The newest refresh token of a login.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Refresh"))]
pub struct Input {
    /// As the last sign-in or refresh answered it.
    refresh_token: Secret,
}

async fn refresh(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { refresh_token } = req.json()?;
    let next = Secret::random()?;
    let row = (refresh_token.hash(), SessionId::new(), next.hash(), req.origin());
    match REFRESH.one(db, row).await? {
        Refreshed {
            contact_id: Some(contact),
            family_id: Some(family),
            expires_at: Some(expires_at),
            claims: Some(claims),
            ..
        } => tokens::answer(req, Opened { contact, family, expires_at, claims }, next),
        Refreshed { outcome, .. } if outcome == "raced" => Err(Problem::conflict(
            "this token was exchanged a moment ago: use the tokens of that answer",
        )),
        _ => Err(super::wrong("the refresh token is not good, or no longer: sign in again")),
    }
}
