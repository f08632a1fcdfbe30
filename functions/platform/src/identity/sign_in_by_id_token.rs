//! `POST /v1/platform/sign-in/id-token`: sign in with what somebody else vouches for. docs/identity.md has the rules.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContactId, SessionId, UserId};

use super::{
    Code, Secret, Tokens,
    issuers::{self, IdToken, NonceSecret},
    tokens::{self, Opened},
    totp::{self, Proof},
};
use crate::sql::{
    accounts::{BEGIN_SIGN_IN, FINISH_SIGN_IN, Met},
    identity::NOTE_FAILED_SIGN_IN,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-in-by-id-token",
    method: Method::POST,
    path: "/v1/platform/sign-in/id-token",
    summary: "Answers tokens for an id token of an issuer that is taken (OpenID Connect); a first one makes an account.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Tokens>(),
    problems: &[
        problem::WRONG_CREDENTIALS,
        problem::CODE_NEEDED,
        problem::LINK_NEEDED,
        problem::TOO_MANY,
        problem::ISSUER_UNREACHABLE,
    ],
    body_limit: 12 * 1024,
    settings: &[
        super::SIGNING_KEY,
        super::ISSUER,
        super::AUDIENCE,
        super::TOTP_KEYS,
        issuers::VARIABLE,
    ],
    answer: |req, db| Box::pin(sign_in(req, db)),
    // The one that works is signed by an issuer: src/tests/identity/issuers.rs.
    examples: &[
        UNKNOWN,
        Example {
            name: "no-algorithm",
            body: r#"{"id_token": "eyJhbGciOiJub25lIn0.e30.", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8"}"#,
            ..UNKNOWN
        },
        Example {
            name: "short-secret",
            body: r#"{"id_token": "eyJhbGciOiJFUzI1NiJ9.e30.AA", "nonce_secret": "guess"}"#,
            status: 422,
            ..UNKNOWN
        },
        Example {
            name: "more-than-asked",
            body: r#"{"id_token": "eyJhbGciOiJFUzI1NiJ9.e30.AA", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8", "internal_role": "admin"}"#,
            status: 422,
            ..UNKNOWN
        },
    ],
    ..Route::DEFAULT
};

// {"alg":"ES256","kid":"1"}.{"iss":"https://issuer.example"}
const UNKNOWN: Example = Example {
    name: "unknown-issuer",
    body: r#"{"id_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.AA", "nonce_secret": "e2b1d5a09c7f43e8a6d4f0b9c8e7a1d2f3b4c5d6e7f8"}"#,
    status: 401,
    ..Example::DEFAULT
};

/// Who signs in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "IdTokenSignIn"))]
pub struct Input {
    /// As the issuer sent it; it works once, within ten minutes.
    id_token: IdToken,
    /// Random, kept by the client; the `nonce` it asked the issuer for is the base64url of its SHA-256.
    nonce_secret: NonceSecret,
    /// The six digits of the second factor, or a recovery code; needed if one was set up.
    #[serde(default)]
    code: Option<Code>,
}

async fn sign_in(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id_token, nonce_secret, code } = req.json()?;
    let vouched = issuers::vouched(req, &id_token, &nonce_secret).await?;
    let (issuer, subject) = (vouched.issuer, vouched.subject);
    let login = BEGIN_SIGN_IN.one(db, (issuer.clone(), subject.clone(), req.origin())).await?;
    super::wait(login.wait_s)?;
    let (step, recovery) = match login.user_id {
        None if vouched.email.is_none() => return Err(refusal("unproven")),
        None => (None, None),
        Some(user) => match totp::check(req, user, &login.factor, code.as_ref())? {
            Proof::NotAsked => (None, None),
            Proof::Step(step) => (Some(step), None),
            Proof::Recovery(hash) => (None, Some(hash)),
            Proof::Missing => return Err(super::code_needed()),
            Proof::Wrong => {
                let row = (login.user_id, login.contact_id, req.origin());
                NOTE_FAILED_SIGN_IN.one(db, row).await?;
                return Err(super::wrong("the code is wrong"));
            }
        },
    };
    let refresh = Secret::random()?;
    let row = (
        issuer,
        subject,
        vouched.email,
        vouched.first_name,
        vouched.last_name,
        super::spoken(req),
        vouched.nonce_hash,
        vouched.ends_at,
        step,
        recovery,
        ContactId::new(),
        UserId::new(),
        SessionId::new(),
        refresh.hash(),
        req.origin(),
    );
    let ended = || super::wrong("the account is not active here");
    let met = FINISH_SIGN_IN.one(db, row).await.on_constraint("sessions_user_active", ended)?;
    match met {
        Met {
            contact_id: Some(contact),
            family_id: Some(family),
            expires_at: Some(expires_at),
            claims: Some(claims),
            ..
        } => tokens::answer(req, Opened { contact, family, expires_at, claims }, refresh),
        Met { outcome, .. } => {
            if outcome == "code_used" {
                NOTE_FAILED_SIGN_IN
                    .one(db, (login.user_id, login.contact_id, req.origin()))
                    .await?;
            }
            Err(refusal(&outcome))
        }
    }
}

fn refusal(outcome: &str) -> Problem {
    match outcome {
        "replayed" => super::wrong("the id token was used before"),
        "code_needed" => super::code_needed(),
        "code_used" => super::wrong("the code is wrong"),
        "unproven" => super::wrong("the issuer has not proven the address of mail"),
        "link_needed" => Problem::new(
            problem::LINK_NEEDED,
            "sign in as before, or open the link of the invitation; then link the account",
        ),
        _ => super::wrong("the account is not active here"),
    }
}
