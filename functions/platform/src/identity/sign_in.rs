//! `POST /v1/platform/sign-in`: sign in with a password.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Email, SessionId};

use super::{
    HASHING_MEMORY_MB, Password, Secret, TOKEN_SETTINGS, Tokens,
    tokens::{self, Opened},
};
use crate::sql::identity::{BEGIN_SIGN_IN, FINISH_SIGN_IN, NOTE_FAILED_SIGN_IN};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-in",
    method: Method::POST,
    path: "/v1/platform/sign-in",
    summary: "Answers tokens for an address and its password.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Tokens>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    settings: TOKEN_SETTINGS,
    answer: |req, db| Box::pin(sign_in(req, db)),
    examples: &[
        Example {
            name: "wrong-password",
            body: r#"{"email": "dev@aruuri.localhost", "password": "not the right one"}"#,
            status: 401,
            ..GOOD
        },
        Example {
            name: "nobody",
            body: r#"{"email": "nobody@example.org", "password": "correct horse battery staple"}"#,
            status: 401,
            ..GOOD
        },
        GOOD,
        Example {
            name: "no-password",
            body: r#"{"email": "dev@aruuri.localhost"}"#,
            status: 422,
            ..GOOD
        },
    ],
    ..Route::DEFAULT
};

// Nobody in the demo data has a password: in a preview everybody could read it here.
const GOOD: Example = Example {
    given: "insert into identity.user_secrets (user_id, password_hash, password_changed_at)
            values ('184787e6-97b1-52d6-8102-2c3e0971eea4',
              '$argon2id$v=19$m=65536,t=3,p=4$kCu6oS665gawQITeyX8Ziw$MTRnp9YQjXD+oeGUpBr9t0luY3R9NcmBqKq2c5qivm0', now())",
    body: r#"{"email": "dev@aruuri.localhost", "password": "correct horse battery staple"}"#,
    ..Example::DEFAULT
};

/// Who signs in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SignIn"))]
pub struct Input {
    /// In any letter case.
    email: Email,
    /// The password.
    password: Password,
}

async fn sign_in(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { email, password } = req.json()?;
    let login = BEGIN_SIGN_IN.one(db, (email.clone(), req.origin())).await?;
    super::wait(login.wait_s)?;
    // The same work, statements and words whether nobody has the address or the password is wrong.
    let right = super::matches(&password, login.password_hash.as_deref())?;
    let Some(user) = login.user_id.filter(|_| right) else {
        NOTE_FAILED_SIGN_IN.one(db, (login.user_id, login.contact_id, req.origin())).await?;
        return Err(super::wrong("the address or the password is wrong"));
    };
    let rehash = match login.password_hash.as_deref() {
        Some(hash) if super::outdated(hash) => Some(super::spend(&password)?),
        _ => None,
    };
    let refresh = Secret::random()?;
    let row = (user, email, rehash, None, None, SessionId::new(), refresh.hash(), req.origin());
    let session =
        FINISH_SIGN_IN.opt(db, row).await.on_constraint("sessions_user_active", || {
            super::wrong("the address or the password is wrong")
        })?;
    let session = session.ok_or_else(|| super::wrong("the code was used before"))?;
    let opened = Opened {
        contact: session.contact_id,
        family: session.family_id,
        expires_at: session.expires_at,
        claims: session.claims,
    };
    tokens::answer(req, opened, refresh)
}
