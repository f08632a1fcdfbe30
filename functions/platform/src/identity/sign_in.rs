//! `POST /v1/platform/sign-in`: sign in with a password.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Email, SessionId};

use super::{
    Code, HASHING_MEMORY_MB, Password, Secret, Tokens,
    tokens::{self, Opened},
    totp::{self, Proof},
};
use crate::sql::identity::{BEGIN_SIGN_IN, FINISH_SIGN_IN, NOTE_FAILED_SIGN_IN};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-in",
    method: Method::POST,
    path: "/v1/platform/sign-in",
    summary: "Answers tokens for an address, its password, and a code if a second factor was set up.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Tokens>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::CODE_NEEDED, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    settings: &[super::SIGNING_KEY, super::ISSUER, super::AUDIENCE, super::TOTP_KEYS],
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

const GOOD: Example = Example {
    given: super::DEVELOPERS_PASSWORD,
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
    /// The six digits of the second factor, or a recovery code; needed if one was set up.
    #[serde(default)]
    code: Option<Code>,
}

async fn sign_in(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { email, password, code } = req.json()?;
    let login = BEGIN_SIGN_IN.one(db, (email.clone(), req.origin())).await?;
    super::wait(login.wait_s)?;
    // The same work, statements and words whether nobody has the address or the password is wrong.
    let right = super::matches(&password, login.password_hash.as_deref())?;
    let Some(user) = login.user_id.filter(|_| right) else {
        NOTE_FAILED_SIGN_IN.one(db, (login.user_id, login.contact_id, req.origin())).await?;
        return Err(super::wrong("the address or the password is wrong"));
    };
    let (step, recovery) = match totp::check(req, user, &login.factor, code.as_ref())? {
        Proof::NotAsked => (None, None),
        Proof::Step(step) => (Some(step), None),
        Proof::Recovery(hash) => (None, Some(hash)),
        Proof::Missing => return Err(super::code_needed()),
        Proof::Wrong => {
            NOTE_FAILED_SIGN_IN.one(db, (login.user_id, login.contact_id, req.origin())).await?;
            return Err(super::wrong("the code is wrong"));
        }
    };
    let rehash = match login.password_hash.as_deref() {
        Some(hash) if super::outdated(hash) => Some(super::spend(&password)?),
        _ => None,
    };
    let refresh = Secret::random()?;
    let row = (user, email, rehash, step, recovery, SessionId::new(), refresh.hash(), req.origin());
    let session =
        FINISH_SIGN_IN.opt(db, row).await.on_constraint("sessions_user_active", || {
            super::wrong("the address or the password is wrong")
        })?;
    let Some(session) = session else {
        NOTE_FAILED_SIGN_IN.one(db, (login.user_id, login.contact_id, req.origin())).await?;
        return Err(super::wrong("the code is wrong"));
    };
    let opened = Opened {
        contact: session.contact_id,
        family: session.family_id,
        expires_at: session.expires_at,
        claims: session.claims,
    };
    tokens::answer(req, opened, refresh)
}
