//! `PATCH /v1/platform/company-links/{id}`: somebody leaves a company, or speaks for it first.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{Change, CompanyLinkId, Date, Patch};

use super::explained;
use crate::sql::companies::{CompanyLink, END, FIND_LINK};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-company-link",
    method: Method::PATCH,
    path: "/v1/platform/company-links/{id}",
    summary: "Ends what a contact is in a company, or has it spoken to first, by JSON Merge Patch (RFC 7396).",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<CompanyLink>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "ends-before-it-begins",
            body: r#"{"valid_to": "2020-01-01"}"#,
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
    role: Some("employee"),
    path: &["ecf3b150-8e0b-5e55-9358-131caad35976"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"is_primary": false, "valid_to": "2026-12-31"}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "CompanyLinkPatch")
)]
pub struct Input {
    /// Whether the company is spoken to through this person first.
    #[serde(default)]
    is_primary: Change<bool>,
    /// Day after the last; null: until further notice.
    #[serde(default)]
    valid_to: Patch<Date>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CompanyLinkId = req.path("id")?;
    let version = req.if_match()?;
    let Input { is_primary: Change(is_primary), valid_to } = req.json()?;
    let (ends, valid_to) = valid_to.into_parts();
    let departments = req.departments("contacts.write")?;
    let change = (id, version, is_primary, ends, valid_to, req.actor()?, departments.clone());
    let link = explained(END.opt(db, change).await)?;
    api::changed(req, link, FIND_LINK.opt(db, (id, departments)), "company link").await
}
