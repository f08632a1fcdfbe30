//! `POST /v1/platform/password-resets`: ask for a link that sets a new password.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::Email;

use super::{LINK_KEY, Mailed, link};
use crate::sql::identity::REQUEST_PASSWORD_RESET;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-request-password-reset",
    method: Method::POST,
    path: "/v1/platform/password-resets",
    summary: "Mails a link that sets a new password; answers the same whether the address has an account or not.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    status: 202,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Mailed>(),
    problems: &[problem::TOO_MANY],
    body_limit: 4 * 1024,
    settings: &[LINK_KEY],
    answer: |req, db| Box::pin(request(req, db)),
    examples: &[
        GOOD,
        Example { name: "nobody", body: r#"{"email": "nobody@example.org"}"#, ..GOOD },
        Example {
            name: "two-lines",
            body: r#"{"email": "amara@example.org\r\nBcc: all@example.org"}"#,
            status: 422,
            ..GOOD
        },
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { body: r#"{"email": "amara@example.org"}"#, status: 202, ..Example::DEFAULT };

/// Whose password was forgotten.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "ForgottenPassword")
)]
pub struct Input {
    /// The address that is signed in with.
    email: Email,
}

async fn request(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { email } = req.json()?;
    let (token, token_hash) = link::new(req)?;
    let asked = REQUEST_PASSWORD_RESET.one(db, (email, token, token_hash, req.origin()));
    super::wait(asked.await?.wait_s)?;
    super::mailed()
}
