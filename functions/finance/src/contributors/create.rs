//! `POST /v1/finance/contributors`: record who gives.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContactId, ContributorId, Email, Line, Locale};

use crate::{
    contributors::{anonymous_is_nobody, contact_taken},
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
    allow: Allow::Roles(&["treasurer"]),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contributor>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[],
    ..Route::DEFAULT
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
    r#type: Kind,
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

/// What kind of contributor it is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ContributorType"))]
enum Kind {
    Individual,
    Company,
    Trust,
    Charity,
    Anonymous,
}

impl Kind {
    fn name(self) -> &'static str {
        super::TYPES[self as usize]
    }
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, r#type, display_name, email, contact_ref, locale } = req.json()?;
    let id = id.unwrap_or_else(ContributorId::new);
    let locale = locale.unwrap_or(api::DEFAULT_LOCALE);
    let row = (id, r#type.name(), display_name, email, contact_ref, locale, req.actor()?);
    api::once(req, db, async |on| {
        let contributor = INSERT
            .one(on, row)
            .await
            .on_constraint("contributors_pkey", || {
                Problem::conflict("contributor already recorded")
            })
            .on_constraint("contributors_contact_ref_key", contact_taken)
            .on_constraint("contributors_anonymous_is_nobody", anonymous_is_nobody)?;
        api::created(req, &contributor)
    })
    .await
}
