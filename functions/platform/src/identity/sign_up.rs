//! `POST /v1/platform/sign-up`: ask for an account.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContactId, Email, Line, Locale, UserId};

use super::{HASHING_MEMORY_MB, LINK_KEY, Mailed, Password, link};
use crate::sql::identity::SIGN_UP;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-sign-up",
    method: Method::POST,
    path: "/v1/platform/sign-up",
    summary: "Mails a link that opens an account; answers the same whether the address has one or not.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    status: 202,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Mailed>(),
    problems: &[problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    settings: &[LINK_KEY],
    answer: |req, db| Box::pin(sign_up(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "weak-password",
            body: r#"{"email": "ada@example.org", "password": "short"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "look-alike",
            body: r#"{"email": "ad\u0430@example.org", "password": "three blind mice run"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "more-than-asked",
            body: r#"{"email": "ada@example.org", "password": "three blind mice run", "internal_role": "admin"}"#,
            status: 422,
            ..GOOD
        },
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    body: r#"{"email": "ada@example.org", "password": "three blind mice run", "first_name": "Ada", "language": "en"}"#,
    status: 202,
    ..Example::DEFAULT
};

/// Who wants an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SignUp"))]
pub struct Input {
    /// Where the link is sent to, and what to sign in with.
    email: Email,
    /// At least 12 characters; it counts once the link is used.
    password: Password,
    /// Given name.
    #[serde(default)]
    first_name: Option<Line<100>>,
    /// Family name.
    #[serde(default)]
    last_name: Option<Line<100>>,
    /// Language of mails; if absent that of the request, else the setting platform.default_locale.
    #[serde(default)]
    language: Option<Locale>,
}

async fn sign_up(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { email, password, first_name, last_name, language } = req.json()?;
    if let Some(weakness) = password.weakness(Some(email.as_str())) {
        return Err(Problem::invalid("/password", weakness));
    }
    let hash = super::spend(&password)?;
    let (token, token_hash) = link::new(req)?;
    let language = language.or_else(|| super::spoken(req));
    let asked = SIGN_UP.one(
        db,
        (
            ContactId::new(),
            UserId::new(),
            email,
            first_name,
            last_name,
            language,
            hash,
            token,
            token_hash,
            req.origin(),
        ),
    );
    super::wait(asked.await?.wait_s)?;
    super::mailed()
}
