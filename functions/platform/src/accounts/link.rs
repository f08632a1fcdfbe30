//! `POST /v1/platform/me/accounts`: sign in with an account elsewhere too.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use crate::{
    identity::{
        self, DEVELOPERS_PASSWORD, HASHING_MEMORY_MB, Password,
        issuers::{self, IdToken, NonceSecret},
    },
    sql::accounts::{AccountLink, FIND, LINK},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-link-account",
    method: Method::POST,
    path: "/v1/platform/me/accounts",
    summary: "Has an account elsewhere with the caller's own proven address open the caller's login too.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<AccountLink>(),
    problems: &[
        problem::WRONG_CREDENTIALS,
        problem::NOT_FOUND,
        problem::CONFLICT,
        problem::TOO_MANY,
        problem::ISSUER_UNREACHABLE,
    ],
    body_limit: 12 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    settings: &[issuers::VARIABLE],
    answer: |req, db| Box::pin(link(req, db)),
    // The one that works is signed by an issuer: src/tests/identity/issuers.rs.
    examples: &[
        UNKNOWN,
        Example {
            name: "wrong-password",
            body: r#"{"id_token": "eyJhbGciOiJFUzI1NiJ9.e30.AA", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8", "current_password": "not the right one"}"#,
            ..UNKNOWN
        },
        Example {
            name: "no-password",
            body: r#"{"id_token": "eyJhbGciOiJFUzI1NiJ9.e30.AA", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8"}"#,
            status: 422,
            ..UNKNOWN
        },
        UNKNOWN.no_token(),
    ],
    ..Route::DEFAULT
};

// {"alg":"ES256","kid":"1"}.{"iss":"https://issuer.example"}
const UNKNOWN: Example = Example {
    name: "unknown-issuer",
    given: DEVELOPERS_PASSWORD,
    role: Some("admin"),
    body: r#"{"id_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.AA", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8", "current_password": "correct horse battery staple"}"#,
    status: 401,
    ..Example::DEFAULT
};

/// The account, and that it is the caller who links it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewAccountLink"))]
pub struct Input {
    /// As the issuer sent it; it works once, within ten minutes.
    id_token: IdToken,
    /// Random, kept by the client; the `nonce` it asked the issuer for is the base64url of its SHA-256.
    nonce_secret: NonceSecret,
    /// What is signed in with now: a token that was found lying about links nothing.
    current_password: Password,
}

async fn link(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id_token, nonce_secret, current_password } = req.json()?;
    let contact = req.actor()?;
    identity::proven(req, db, &current_password).await?;
    let vouched = issuers::vouched(req, &id_token, &nonce_secret).await?;
    let row = (
        contact,
        vouched.issuer,
        vouched.subject,
        vouched.email,
        vouched.nonce_hash,
        vouched.ends_at,
        req.origin(),
    );
    let linked = LINK.one(db, row).await?;
    match (linked.outcome.as_str(), linked.account_id) {
        ("linked", Some(id)) => {
            let account = FIND.opt(db, (id, contact)).await?;
            api::created(req, &account.ok_or_else(|| Problem::not_found("account"))?)
        }
        ("other_address", _) => Err(Problem::invalid(
            "/id_token",
            "must be of an account whose proven address is that of the login",
        )),
        ("taken", _) => Err(Problem::conflict("the account opens another login")),
        ("replayed", _) => Err(identity::wrong("the id token was used before")),
        _ => Err(Problem::not_found("login")),
    }
}
