//! `PATCH /v1/platform/companies/{id}`: change what is recorded of a company.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::{Change, CompanyId, Line};

use super::{CompanyKind, company, explained};
use crate::{
    contacts::object,
    sql::companies::{Company, FIND, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-company",
    method: Method::PATCH,
    path: "/v1/platform/companies/{id}",
    summary: "Changes a company by JSON Merge Patch (RFC 7396).",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Company>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-name", body: r#"{"legal_name": null}"#, status: 422, ..GOOD },
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
    path: &["873c8d5e-1105-57a9-8fdf-7659fab39db4"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"trade_name": "Brightwater", "website": null}"#,
    ..Example::DEFAULT
};

company! {
    /// What changes: an absent member stays, null clears.
    #[cfg_attr(feature = "openapi", schemars(rename = "CompanyPatch"))]
    Input {
        /// What it does for us.
        #[serde(default, skip_serializing_if = "Change::is_absent")]
        kind: Change<CompanyKind>,
        /// Name in the register.
        #[serde(default, skip_serializing_if = "Change::is_absent")]
        legal_name: Change<Line<200>>,
    }
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: CompanyId = req.path("id")?;
    let version = req.if_match()?;
    let change = (id, version, object(&req.json::<Input>()?)?, req.actor()?);
    let company = explained(UPDATE.opt(db, change).await)?;
    api::changed(req, company, FIND.opt(db, (id,)), "company").await
}
