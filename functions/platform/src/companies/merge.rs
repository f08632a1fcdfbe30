//! `POST /v1/platform/companies/{id}/merge`: two companies are one.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{CompanyId, Line};

use crate::sql::{
    companies::{Company, FIND, MERGE},
    contacts::Met,
};

/// The route. A company belongs to no department: only who merges everywhere merges companies.
pub const ROUTE: Route = Route {
    name: "platform-merge-company",
    method: Method::POST,
    path: "/v1/platform/companies/{id}/merge",
    summary: "Merges a company into another, which gets its people, leads, files and what it lacks; answers that other one.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.merge"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Company>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(merge(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "merged-elsewhere",
            given: MERGED,
            headers: &[("if-match", r#""2""#)],
            status: 409,
            ..GOOD
        },
        Example {
            name: "into-nothing",
            body: r#"{"into": "00000000-0000-4000-8000-000000000000"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "into-itself",
            body: r#"{"into": "873c8d5e-1105-57a9-8fdf-7659fab39db4"}"#,
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
    given: OTHERS,
    role: Some("admin"),
    path: &["873c8d5e-1105-57a9-8fdf-7659fab39db4"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"into": "00000000-0000-4000-8000-000000000042", "reason": "The same number in the register."}"#,
    ..Example::DEFAULT
};

/// For examples: two more companies.
const OTHERS: &str = "insert into party.companies (id, kind, legal_name)
  values ('00000000-0000-4000-8000-000000000042', 'contractor', 'Twice There Ltd'),
    ('00000000-0000-4000-8000-000000000043', 'contractor', 'Elsewhere Ltd')";

/// For examples: the company was merged into a third one.
const MERGED: &str = "insert into party.companies (id, kind, legal_name)
  values ('00000000-0000-4000-8000-000000000042', 'contractor', 'Twice There Ltd'),
    ('00000000-0000-4000-8000-000000000043', 'contractor', 'Elsewhere Ltd');
  update party.companies
  set status = 'archived', archived_at = now(), archive_reason = 'merged',
      merged_into_id = '00000000-0000-4000-8000-000000000043'
  where id = '873c8d5e-1105-57a9-8fdf-7659fab39db4'";

/// Which company stays, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "CompanyMerge"))]
pub struct Input {
    /// The company that stays; live.
    into: CompanyId,
    /// Why they are taken for one company.
    #[serde(default)]
    reason: Option<Line<500>>,
}

async fn merge(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    req.everywhere("contacts.merge")?;
    let id: CompanyId = req.path("id")?;
    let version = req.if_match()?;
    let Input { into, reason } = req.json()?;
    if into == id {
        return Err(Problem::invalid("/into", "must be another company"));
    }
    let steps = (MERGE.with((id, version, into, reason, req.actor()?)), FIND.with((into,)));
    let (met, survivor) = db
        .transaction(steps)
        .await
        .on_constraint("companies_merged_into_live", || {
            Problem::invalid("/into", "is no company that is in use")
        })
        .on_constraint("companies_merged_into_id_once", || {
            Problem::conflict("the company was merged into another one")
        })?;
    match met.first() {
        Some(Met { present: true, stale: false }) => {
            api::found(req, survivor.into_iter().next(), "company")
        }
        Some(Met { stale: true, .. }) => Err(api::stale()),
        _ => Err(Problem::not_found("company")),
    }
}
