//! `GET /v1/finance/contributors/{id}/tax-identity`: the name and address that Gift Aid is claimed with.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContributorId;

use crate::sql::tax_identities::{READ, TaxIdentity};

/// The route. It writes: that somebody read it is an entry of the audit log.
pub const ROUTE: Route = Route {
    name: "finance-find-tax-identity",
    method: Method::GET,
    path: "/v1/finance/contributors/{id}/tax-identity",
    summary: "Finds the name and home address that Gift Aid is claimed with; a contributor finds only their own. The reading is noted.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.read_own"),
    reply: Shape::of::<TaxIdentity>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "their-own", role: Some("contributor"), ..GOOD },
        Example {
            name: "not-known-yet",
            path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
            status: 404,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["f51de6ea-b485-555c-9b1e-bc6eae30e60c"],
    ..Example::DEFAULT
};

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let scope = req.scope("giftaid.read")?;
    let found = READ.opt(db, (id, scope)).await?;
    api::found(req, found, "tax identity")
}
