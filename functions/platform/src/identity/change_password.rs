//! `POST /v1/platform/me/password`: change one's own password.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use super::{HASHING_MEMORY_MB, Password};
use crate::sql::identity::CHANGE_PASSWORD;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-change-password",
    method: Method::POST,
    path: "/v1/platform/me/password",
    summary: "Changes the caller's password, and ends every other login of theirs.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::SignedIn,
    status: 204,
    body: Shape::of::<Input>(),
    problems: &[problem::WRONG_CREDENTIALS, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    answer: |req, db| Box::pin(change(req, db)),
    examples: &[
        Example {
            name: "wrong-password",
            body: r#"{"current_password": "not the right one", "new_password": "three blind mice run"}"#,
            status: 401,
            ..GOOD
        },
        GOOD,
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: super::DEVELOPERS_PASSWORD,
    role: Some("admin"),
    body: r#"{"current_password": "correct horse battery staple", "new_password": "three blind mice run"}"#,
    status: 204,
    ..Example::DEFAULT
};

/// The present password and the next.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "PasswordChange"))]
pub struct Input {
    /// What is signed in with now.
    current_password: Password,
    /// What is signed in with from now on.
    new_password: Password,
}

async fn change(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { current_password, new_password } = req.json()?;
    let (contact, session) = (req.actor()?, req.caller()?.session);
    let login = super::proven(req, db, &current_password).await?;
    if let Some(weakness) = new_password.weakness(Some(&login.email)) {
        return Err(Problem::invalid("/new_password", weakness));
    }
    let hash = super::spend(&new_password)?;
    CHANGE_PASSWORD.one(db, (contact, hash, session, req.origin())).await?;
    api::no_content()
}
