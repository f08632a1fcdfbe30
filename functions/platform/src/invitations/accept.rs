//! `POST /v1/platform/accept-invitation`: open an invited login by the link that was mailed.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;

use crate::{
    identity::{self, HASHING_MEMORY_MB, Password, Secret},
    sql::invitations::ACCEPT,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-accept-invitation",
    method: Method::POST,
    path: "/v1/platform/accept-invitation",
    summary: "Sets the password of an invited login by a mailed link, which proves the address; the link works once.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Public,
    status: 204,
    body: Shape::of::<Input>(),
    problems: &[problem::NOT_FOUND, problem::TOO_MANY],
    body_limit: 4 * 1024,
    memory_mb: HASHING_MEMORY_MB,
    answer: |req, db| Box::pin(accept(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "unknown-token",
            body: r#"{"token": "bm9ib2R5IGlzIGhvbWU", "password": "three blind mice run"}"#,
            status: 404,
            ..GOOD
        },
        Example {
            name: "weak-password",
            body: r#"{"token": "a-token-from-a-mail", "password": "short"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "more-than-asked",
            body: r#"{"token": "a-token-from-a-mail", "password": "three blind mice run", "roles": ["admin"]}"#,
            status: 422,
            ..GOOD
        },
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: super::INVITED,
    body: r#"{"token": "a-token-from-a-mail", "password": "three blind mice run"}"#,
    status: 204,
    ..Example::DEFAULT
};

/// What the link carried, and what to sign in with from now on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "InvitationAcceptance")
)]
pub struct Input {
    /// The part of the link after `#token=`.
    token: Secret,
    /// The first password.
    password: Password,
}

async fn accept(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { token, password } = req.json()?;
    if let Some(weakness) = password.weakness(None) {
        return Err(Problem::invalid("/password", weakness));
    }
    let hash = identity::spend(&password)?;
    let proof = ACCEPT.one(db, (token.hash(), hash, req.origin())).await?;
    identity::wait(proof.wait_s)?;
    if !proof.done {
        return Err(Problem::not_found("link"));
    }
    api::no_content()
}
