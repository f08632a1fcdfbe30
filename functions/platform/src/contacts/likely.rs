//! `GET /v1/platform/contacts/{id}/duplicates`: who may be the same person.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::ContactId;

use crate::sql::contacts::{LIKELY, Likely, SEEN};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-duplicates",
    method: Method::GET,
    path: "/v1/platform/contacts/{id}/duplicates",
    summary: "Finds contacts with the same address of mail or number, or nearly the same name; the likeliest first, at most 50.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    reply: Shape::of::<Duplicates>(),
    answer: |req, db| Box::pin(likely(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-id", path: &["helen"], status: 404, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    ..Example::DEFAULT
};

/// So many are looked through by a person.
const MOST: i64 = 50;

/// Contacts that may be the same person.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Duplicates {
    /// The likeliest first.
    data: Vec<Likely>,
}

async fn likely(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let departments = req.departments("contacts.read")?;
    let seen = SEEN.with((id, departments.clone()));
    let (seen, data) = db.transaction((seen, LIKELY.with((id, MOST, departments)))).await?;
    if seen.is_empty() {
        return Err(Problem::not_found("contact"));
    }
    Response::json(200, &Duplicates { data })
}
