//! `POST /v1/platform/access-tokens`: exchange an api token for an access token.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    identity::{self, LIFETIME_S, Secret, TOKEN_SETTINGS},
    sql::api_tokens::{Carried, USE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-access-token",
    method: Method::POST,
    path: "/v1/platform/access-tokens",
    summary: "Answers an access token for an api token: with its permissions, as far as the owner has them now.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Input>(),
    reply: Shape::of::<AccessToken>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::TOO_MANY],
    body_limit: 4 * 1024,
    settings: TOKEN_SETTINGS,
    answer: |req, db| Box::pin(exchange(req, db)),
    examples: &[
        Example {
            name: "unknown-token",
            body: r#"{"api_token": "aru_nobody"}"#,
            status: 401,
            ..GOOD
        },
        GOOD,
    ],
    ..Route::DEFAULT
};

/// A token of the developer, for examples.
pub(super) const TOKEN: &str = "insert into identity.api_tokens
  (id, owner_contact_id, name, token_prefix, token_hash, scopes, expires_at)
  values ('5a6d9a5c-4a43-4c3b-8f52-1f4b6a9b0c11', '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24', 'example', 'aru_example',
    sha256('aru_example_token'), '{audit.read}', now() + interval '1 day')";

const GOOD: Example =
    Example { given: TOKEN, body: r#"{"api_token": "aru_example_token"}"#, ..Example::DEFAULT };

/// What a program was given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "ApiTokenExchange")
)]
pub struct Input {
    /// As it was shown when it was made.
    api_token: Secret,
}

/// An access token without a refresh token: the api token gets the next.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AccessToken {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until it ends.
    expires_in: u64,
}

async fn exchange(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { api_token } = req.json()?;
    let carried = USE.one(db, (api_token.hash(), req.origin())).await?;
    identity::wait(carried.wait_s)?;
    let Carried { token_id: Some(token), contact_id: Some(contact), permissions, limits, .. } =
        carried
    else {
        return Err(identity::wrong("the api token is not good, or no longer"));
    };
    // No roles: what a token may do is its permissions.
    let claims = json!({ "permissions": permissions, "limits": limits, "token": token });
    let answer = AccessToken {
        access_token: identity::access_token(req, contact, None, claims)?,
        token_type: "Bearer",
        expires_in: LIFETIME_S,
    };
    Response::json(200, &answer)
}
