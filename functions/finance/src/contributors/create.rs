//! `POST /v1/finance/contributors`: record who gives.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{ContactId, ContributorId, Email, Line, Locale};

use crate::{
    contributors::{ContributorType, anonymous_is_nobody, contact_erased, contact_taken},
    sql::contributors::{Contributor, INSERT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-contributor",
    method: Method::POST,
    path: "/v1/finance/contributors",
    summary: "Records a contributor.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("contributors.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contributor>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "contact-taken",
            headers: &[],
            body: r#"{"type": "individual", "display_name": "Amara again", "contact_ref": "3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "known-nobody",
            headers: &[],
            body: r#"{"type": "anonymous", "display_name": "Nobody", "email": "nobody@example.org"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-type",
            headers: &[],
            body: r#"{"type": "robot", "display_name": "R2"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-address",
            headers: &[],
            body: r#"{"type": "trust", "display_name": "Trust", "email": "at home"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "new-contributor")],
    body: r#"{"type": "individual", "display_name": "Priya Nair", "email": "priya@example.org", "locale": "en"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A new contributor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewContributor"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ContributorId>,
    /// What kind of contributor it is.
    r#type: ContributorType,
    /// Name to show.
    display_name: Line<200>,
    /// Address for receipts.
    #[serde(default)]
    email: Option<Email>,
    /// The same person among the platform's contacts.
    #[serde(default)]
    contact_ref: Option<ContactId>,
    /// Language to write in.
    #[serde(default)]
    locale: Option<Locale>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { id, r#type, display_name, email, contact_ref, locale } = req.json()?;
    let id = id.unwrap_or_else(ContributorId::new);
    let locale = locale.unwrap_or(api::DEFAULT_LOCALE);
    let row = (id, r#type.word(), display_name, email, contact_ref, locale, req.actor()?);
    api::once(req, db, async |on| {
        let contributor = INSERT
            .one(on, row)
            .await
            .on_constraint("contributors_pkey", || {
                Problem::conflict("contributor already recorded")
            })
            .on_constraint("contributors_contact_ref_erased", contact_erased)
            .on_constraint("contributors_contact_ref_key", contact_taken)
            .on_constraint("contributors_anonymous_is_nobody", anonymous_is_nobody)?;
        api::created(req, &contributor)
    })
    .await
}
