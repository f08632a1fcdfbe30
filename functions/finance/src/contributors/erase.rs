//! `POST /v1/finance/contributors/{id}/erase`: forget who a contributor is; what they gave stays in the books.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::{ContributorId, Timestamp};

use crate::sql::contributors::{ERASE, Erased};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-erase-contributor",
    method: Method::POST,
    path: "/v1/finance/contributors/{id}/erase",
    summary: "Erases who a contributor is, for ever; gifts, declarations and lines of claims stay as long as the law wants.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("contributors.write"),
    reply: Shape::of::<Erasure>(),
    if_match: true,
    answer: |req, db| Box::pin(erase(req, db)),
    examples: &[
        GOOD,
        GOOD.no_version(),
        GOOD.stale(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
    headers: &[("if-match", r#""1""#)],
    ..Example::DEFAULT
};

/// What is gone, and what stays.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Erasure {
    /// The contributor.
    id: ContributorId,
    /// When names and addresses were blanked; the same whenever it is asked again.
    erased_at: Timestamp,
    /// Lines of Gift Aid claims that still name them: the tax office may ask for them for six years.
    kept_lines: i64,
}

async fn erase(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let erased = ERASE.one(db, (id, req.if_match()?, req.actor()?)).await?;
    match erased {
        Erased { found: false, .. } => Err(Problem::not_found("contributor")),
        Erased { stale: true, .. } => Err(api::stale()),
        Erased { erased_at, kept_lines, .. } => {
            let erased_at = erased_at.ok_or_else(|| Problem::not_found("contributor"))?;
            Response::json(200, &Erasure { id, erased_at, kept_lines })
        }
    }
}
