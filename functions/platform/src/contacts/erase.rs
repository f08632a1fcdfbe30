//! `POST /v1/platform/contacts/{id}/erase`: forget a person.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::{ContactId, Timestamp};

use crate::sql::contacts::{ERASE, Erased};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-erase-contact",
    method: Method::POST,
    path: "/v1/platform/contacts/{id}/erase",
    summary: "Erases who a contact is, for ever, with those merged into it, its login and what the audit log shows of it; other domains are told.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.erase"),
    reply: Shape::of::<Erasure>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(erase(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "oneself",
            path: &["3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24"],
            status: 409,
            ..GOOD
        },
        Example {
            name: "merged",
            given: super::MERGED,
            headers: &[("if-match", r#""2""#)],
            status: 409,
            ..GOOD
        },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    headers: &[("if-match", r#""1""#)],
    ..Example::DEFAULT
};

/// Who is forgotten.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ContactErasure"))]
pub struct Erasure {
    /// The contact.
    id: ContactId,
    /// When; the same whenever it is asked again.
    erased_at: Timestamp,
}

async fn erase(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let departments = req.departments("contacts.erase")?;
    let erased = ERASE
        .opt(db, (id, req.if_match()?, req.actor()?, departments))
        .await
        .on_constraint("contacts_erased_by_another", || {
            Problem::conflict("nobody erases themselves: somebody else must")
        })
        .on_constraint("contacts_erased_whole", || {
            Problem::conflict("the contact was merged into another: erase that one, and both go")
        })?;
    match erased {
        None | Some(Erased { present: false, .. }) => Err(Problem::not_found("contact")),
        Some(Erased { stale: true, .. }) => Err(api::stale()),
        Some(Erased { erased_at, .. }) => {
            let erased_at = erased_at.ok_or_else(|| Problem::not_found("contact"))?;
            Response::json(200, &Erasure { id, erased_at })
        }
    }
}
