//! `POST /v1/platform/contacts/{id}/merge`: two contacts are one person.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContactId, Line};

use crate::sql::contacts::{Contact, FIND, MERGE, Met};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-merge-contact",
    method: Method::POST,
    path: "/v1/platform/contacts/{id}/merge",
    summary: "Merges a contact into another, which gets its companies, leads, files and what it lacks; answers that other one.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.merge"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contact>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(merge(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "has-a-login",
            path: &["1009019a-bc0c-5485-84c2-361fad310833"],
            status: 409,
            ..GOOD
        },
        Example {
            name: "into-nobody",
            body: r#"{"into": "00000000-0000-4000-8000-000000000000"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "into-itself",
            body: r#"{"into": "0bf4bcc7-c94e-5908-9109-a3dbcb667578"}"#,
            status: 422,
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
    body: r#"{"into": "fbbc9e57-952d-5f9d-a90a-9995f87bcf3d", "reason": "The same number, the same handwriting."}"#,
    ..Example::DEFAULT
};

/// Which contact stays, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Merge"))]
pub struct Input {
    /// The contact that stays; live.
    into: ContactId,
    /// Why they are taken for one person.
    #[serde(default)]
    reason: Option<Line<500>>,
}

async fn merge(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let version = req.if_match()?;
    let Input { into, reason } = req.json()?;
    if into == id {
        return Err(Problem::invalid("/into", "must be another contact"));
    }
    let departments = req.departments("contacts.merge")?;
    let survivor = FIND.with((into, departments.clone()));
    let steps = (MERGE.with((id, version, into, reason, req.actor()?, departments)), survivor);
    let (met, survivor) = db
        .transaction(steps)
        .await
        .on_constraint("contacts_merged_by_another", || {
            Problem::conflict("nobody merges somebody into themselves: somebody else must")
        })
        .on_constraint("contacts_merged_powerless", || {
            Problem::conflict("the contact has a login or holds roles: merge the other way round, or take them away")
        })
        .on_constraint("contacts_merged_into_live", || {
            Problem::invalid("/into", "is no contact that is in use")
        })
        .on_constraint("contacts_merged_into_id_once", || {
            Problem::conflict("the contact was merged into another one")
        })?;
    match met.first() {
        Some(Met { present: true, stale: false }) => {
            api::found(req, survivor.into_iter().next(), "contact")
        }
        Some(Met { stale: true, .. }) => Err(api::stale()),
        _ => Err(Problem::not_found("contact")),
    }
}
