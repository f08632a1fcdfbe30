//! `POST /v1/platform/leads/{id}/archive`: put a lead away, with why.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{LeadId, Line};

use crate::sql::leads::{ARCHIVE, FIND, Lead};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-archive-lead",
    method: Method::POST,
    path: "/v1/platform/leads/{id}/archive",
    summary: "Puts a lead away, with the reason and, if it is there twice, the one that stays.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("leads.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Lead>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(archive(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "twice-there",
            body: r#"{"reason": "The same house.", "merged_into": "512ff55b-4071-5888-a9c8-30633c5a3d4d"}"#,
            ..GOOD
        },
        Example {
            name: "into-nothing",
            body: r#"{"reason": "The same.", "merged_into": "00000000-0000-4000-8000-000000000000"}"#,
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
    path: &["94f6f889-f0c1-5beb-81fb-4d5d883ba767"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"reason": "No answer for half a year."}"#,
    ..Example::DEFAULT
};

/// Why, and which one stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "LeadArchiving"))]
pub struct Input {
    /// Why.
    reason: Line<200>,
    /// The lead that takes its place.
    #[serde(default)]
    merged_into: Option<LeadId>,
}

async fn archive(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: LeadId = req.path("id")?;
    let version = req.if_match()?;
    let Input { reason, merged_into } = req.json()?;
    if merged_into == Some(id) {
        return Err(Problem::invalid("/merged_into", "must be another lead"));
    }
    let departments = req.departments("leads.write")?;
    let lead = ARCHIVE
        .opt(db, (id, version, reason, merged_into, req.actor()?, departments.clone()))
        .await
        .on_constraint("leads_merged_into_id_fkey", || {
            Problem::invalid("/merged_into", "is no lead")
        })
        .on_constraint("leads_merged_into_acyclic", || {
            Problem::invalid("/merged_into", "was merged into this one")
        })
        .on_constraint("leads_merged_into_id_once", || {
            Problem::conflict("the lead was merged into another one")
        })
        .on_constraint("leads_frozen", || Problem::conflict("the lead was converted"))?;
    api::changed(req, lead, FIND.opt(db, (id, departments)), "lead").await
}
