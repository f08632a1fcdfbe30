//! `GET /v1/finance/contributors/{id}/annual-statement`: what somebody gave in a tax year.
use api::{Allow, Example, Method, Problem, Query, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::{ContributorId, Date, Money};

use crate::sql::{
    books::{GIVEN, Given},
    contributors::FIND,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-annual-statement",
    method: Method::GET,
    path: "/v1/finance/contributors/{id}/annual-statement",
    summary: "Shows what a contributor gave in a UK tax year; a contributor sees only their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    query: &[Query {
        name: "tax_year",
        about: "The year in which it begins, on 6 April: 2026 is 6 April 2026 to 5 April 2027.",
    }],
    reply: Shape::of::<AnnualStatement>(),
    answer: |req, db| Box::pin(statement(req, db)),
    examples: &[
        GOOD,
        Example { name: "their-own", role: Some("contributor"), ..GOOD },
        Example {
            name: "of-somebody-else",
            role: Some("contributor"),
            path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
            status: 404,
            ..GOOD
        },
        Example { name: "no-year", query: "", status: 422, ..GOOD },
        Example { name: "no-such-year", query: "tax_year=99999", status: 422, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["f51de6ea-b485-555c-9b1e-bc6eae30e60c"],
    query: "tax_year=2026",
    ..Example::DEFAULT
};

/// Gifts on one statement; who gives more often gets a list.
const AT_MOST: i64 = 1000;

/// What a contributor gave in a tax year.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AnnualStatement {
    /// The contributor.
    contributor_id: ContributorId,
    /// First day.
    from: Date,
    /// Last day.
    to: Date,
    /// By day, at most 1000.
    given: Vec<Given>,
    /// Given less refunded, one for each currency.
    totals: Vec<Money>,
}

async fn statement(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let scope = req.scope("giving.read")?;
    let invalid = |detail| Problem::parameter(problem::INVALID, "tax_year", detail);
    let year: i16 = req.query("tax_year")?.ok_or_else(|| invalid("is missing: 2026"))?;
    // 6 April to 5 April: Income Tax Act 2007, section 4.
    let starts = |year| Date::new(year, 4, 6).ok().filter(|_| (1990..=9998).contains(&year));
    let no_year = || invalid("must be a year from 1990 on");
    let from = starts(year).ok_or_else(no_year)?;
    let before = starts(year + 1).ok_or_else(no_year)?;
    let given = GIVEN.with((id, from, before, scope, AT_MOST));
    let (known, given) = db.transaction((FIND.with((id, scope)), given)).await?;
    if known.is_empty() {
        return Err(Problem::not_found("contributor"));
    }
    let to = before.yesterday().map_err(|_| no_year())?;
    let totals = totals(&given)?;
    Response::json(200, &AnnualStatement { contributor_id: id, from, to, given, totals })
}

fn totals(given: &[Given]) -> Result<Vec<Money>, Problem> {
    let mut totals: Vec<Money> = Vec::new();
    for Given { amount, refunded, .. } in given {
        let kept = amount.checked_sub(*refunded).map_err(too_large)?;
        match totals.iter_mut().find(|total| total.currency() == kept.currency()) {
            Some(total) => *total = total.checked_add(kept).map_err(too_large)?,
            None => totals.push(kept),
        }
    }
    Ok(totals)
}

fn too_large(error: types::MoneyError) -> Problem {
    Problem::new(problem::INTERNAL, "the sum is too large").because(error)
}
