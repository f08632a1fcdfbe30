//! `GET /v1/finance/conversions/{id}`: money that was changed into another currency.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ConversionId;

use super::EXAMPLE;
use crate::sql::conversions::{Conversion, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-conversion",
    method: Method::GET,
    path: "/v1/finance/conversions/{id}",
    summary: "Finds money of a fund that was changed into another currency.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<Conversion>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("auditor"), path: &[EXAMPLE], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ConversionId = req.path("id")?;
    api::found(req, FIND.opt(db, (id,)).await?, "conversion")
}
