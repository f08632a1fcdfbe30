//! `GET /v1/finance/gift-aid/claims/{id}/{file}`: a claim as a file: `schedule.ods`, `schedule.csv`, `schedule.xml`.
use api::{Allow, Example, Method, Problem, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use giftaid::schedule::ODS_TYPE;
use types::ClaimId;

use super::{file, known, with_small};
use crate::sql::claims::LINES;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-export-claim",
    method: Method::GET,
    path: "/v1/finance/gift-aid/claims/{id}/{file}",
    summary: "Answers the file to upload to Charities Online, the same to read, or the XML claim with its IRmark.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giftaid.read"),
    problems: &[problem::CLAIM_REFUSED, problem::CLAIM_STATE],
    answer: |req, db| Box::pin(export(req, db)),
    examples: &[
        GOOD,
        Example { name: "to-read", path: &[super::VALIDATED[0], "schedule.csv"], ..GOOD },
        Example { name: "as-xml", path: &[super::VALIDATED[0], "schedule.xml"], ..GOOD },
        Example { name: "a-draft", path: &[super::DRAFT[0], "schedule.ods"], status: 409, ..GOOD },
        Example {
            name: "unknown-file",
            path: &[super::VALIDATED[0], "schedule.pdf"],
            status: 404,
            ..GOOD
        },
        Example {
            name: "not-found",
            path: &["00000000-0000-4000-8000-000000000000", "schedule.ods"],
            status: 404,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &[super::VALIDATED[0], "schedule.ods"],
    ..Example::DEFAULT
};

async fn export(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let name: String = req.path("file")?;
    let claim = known(db, id).await?;
    if !matches!(name.as_str(), "schedule.ods" | "schedule.csv" | "schedule.xml") {
        return Err(Problem::not_found("file"));
    }
    if matches!(claim.status.as_str(), "draft" | "withdrawn") {
        let detail = "validate the claim first: its lines can still change, or were given up";
        return Err(Problem::new(problem::CLAIM_STATE, detail));
    }
    let lines = LINES.all(db, (id,)).await?;
    let (claimant, small) = with_small(db, id).await?;
    let schedule = file::schedule(&claim, &lines).ok_or_else(|| Problem::not_found("line"))?;
    // Only ASCII, without quotes: the reference is somebody's text.
    let plain: String =
        claim.reference.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let saved = |ending: &str| format!("gift-aid-{plain}.{ending}");
    match name.as_str() {
        "schedule.ods" => {
            let file = schedule.ods(claimant.today).map_err(|unfit| {
                Problem::new(problem::CLAIM_REFUSED, unfit.to_string()).because(unfit)
            })?;
            Ok(Response::file(ODS_TYPE, &saved("ods"), file))
        }
        "schedule.csv" => {
            let text = schedule.csv().into_bytes();
            Ok(Response::file("text/csv; charset=utf-8; header=present", &saved("csv"), text))
        }
        _ => {
            let submission =
                file::submission(&claim, &claimant, &lines, &small).ok_or_else(no_official)?;
            let xml = submission.body(Some(&submission.irmark()));
            Ok(Response::file("application/xml", &saved("xml"), xml.into_bytes()))
        }
    }
}

pub(crate) fn no_official() -> Problem {
    let detail = "the charity has no official who claims, with a name and a telephone number: record one, or upload the schedule";
    Problem::new(problem::CLAIM_REFUSED, detail)
}
