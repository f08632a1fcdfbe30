//! `PATCH /v1/finance/contributors/{id}`: change what is recorded of a contributor.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain, Scope};
use serde::Deserialize;
use types::{Change, ContactId, ContributorId, Email, Line, Locale, Patch};

use crate::{
    contributors::{anonymous_is_nobody, contact_erased, contact_taken},
    sql::contributors::{Contributor, FIND, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-update-contributor",
    method: Method::PATCH,
    path: "/v1/finance/contributors/{id}",
    summary: "Changes a contributor by JSON Merge Patch (RFC 7396).",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("contributors.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contributor>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "contact-taken",
            body: r#"{"contact_ref": "3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "known-nobody",
            path: &["88658c60-2309-51e5-b5fb-f92e61c22565"],
            body: r#"{"email": "box@example.org"}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "cleared", body: r#"{"display_name": null}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
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
    body: r#"{"display_name": "Jonas Weber-Adler", "email": null}"#,
    ..Example::DEFAULT
};

/// What changes: an absent member stays, null clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "ContributorPatch")
)]
pub struct Input {
    /// Name to show.
    #[serde(default)]
    display_name: Change<Line<200>>,
    /// Address for receipts.
    #[serde(default)]
    email: Patch<Email>,
    /// The same person among the platform's contacts.
    #[serde(default)]
    contact_ref: Patch<ContactId>,
    /// Language to write in.
    #[serde(default)]
    locale: Change<Locale>,
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let version = req.if_match()?;
    let Input { display_name: Change(name), email, contact_ref, locale: Change(locale) } =
        req.json()?;
    let (set_email, email) = email.into_parts();
    let (set_contact, contact_ref) = contact_ref.into_parts();
    let change =
        (id, version, name, set_email, email, set_contact, contact_ref, locale, req.actor()?);
    let contributor = UPDATE
        .opt(db, change)
        .await
        .on_constraint("contributors_contact_ref_erased", contact_erased)
        .on_constraint("contributors_erased_is_nobody", || {
            Problem::conflict("the contributor was erased, and stays so")
        })
        .on_constraint("contributors_contact_ref_key", contact_taken)
        .on_constraint("contributors_anonymous_is_nobody", anonymous_is_nobody)?;
    api::changed(req, contributor, FIND.opt(db, (id, Scope::ALL)), "contributor").await
}
