//! `GET /.well-known/jwks.json`: the public keys of access tokens.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::Domain;
use serde::{Deserialize, Serialize};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-keys",
    method: Method::GET,
    path: "/.well-known/jwks.json",
    summary: "Lists the public keys that access tokens are signed with (RFC 7517).",
    domain: Domain::Platform,
    allow: Allow::Public,
    reply: Shape::of::<Keys>(),
    timeout_s: 5,
    settings: &["ARUURI_JWT_KEYS"],
    answer: |req, _| Box::pin(async { keys(req) }),
    examples: &[
        Example::DEFAULT,
        Example { name: "unknown-parameter", query: "kid=1", status: 422, ..Example::DEFAULT },
    ],
    ..Route::DEFAULT
};

/// A JWKS document.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "JsonWebKeys"))]
pub struct Keys {
    /// At least one.
    keys: Vec<Key>,
}

/// A public key of P-256. What else stands in the variable, such as a private part, is not answered.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "JsonWebKey"))]
pub struct Key {
    /// `EC`.
    kty: String,
    /// `P-256`.
    crv: String,
    /// `ES256`.
    #[serde(default = "es256")]
    alg: String,
    /// `sig`.
    #[serde(default = "sig", rename = "use")]
    usage: String,
    /// What a token's header names.
    kid: String,
    /// Coordinate.
    x: String,
    /// Coordinate.
    y: String,
}

fn es256() -> String {
    "ES256".to_owned()
}

fn sig() -> String {
    "sig".to_owned()
}

fn keys(req: &Request) -> Result<Response, Problem> {
    let keys: Keys = serde_json::from_str(req.setting("ARUURI_JWT_KEYS")).map_err(|e| {
        Problem::new(problem::INTERNAL, "the request was not carried out").because(e)
    })?;
    // A verifier that meets an unknown `kid` asks again; until then it may keep what it has.
    let response = Response::json(200, &keys)?;
    Ok(response.with("cache-control", "public, max-age=300"))
}
