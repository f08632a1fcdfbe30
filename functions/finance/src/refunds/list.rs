//! `GET /v1/finance/contributions/{id}/refunds`: what went back of a contribution.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{ContributionId, Page};

use crate::sql::{
    contributions::FIND,
    refunds::{OF_CONTRIBUTION, Refund},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-refunds",
    method: Method::GET,
    path: "/v1/finance/contributions/{id}/refunds",
    summary: "Lists the refunds of a contribution, newest first; a contributor sees those of their own.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    list: Some(&List { sorts: &["-created_at"], filters: &[] }),
    reply: Shape::of::<Page<Refund>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "of-somebody-else", role: Some("contributor"), status: 404, ..GOOD },
        Example { name: "foreign-cursor", query: "cursor=Zm9yZWlnbg", status: 400, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["7a15bccd-19e9-5356-b192-e3d97940345c"],
    ..Example::DEFAULT
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let contribution: ContributionId = req.path("id")?;
    let (list, viewer) = (req.list()?, req.viewer("giving.read")?);
    let (created_at, id) = list.after()?;
    let rows =
        OF_CONTRIBUTION.all(db, (contribution, viewer, created_at, id, list.fetch())).await?;
    if rows.is_empty() && FIND.opt(db, (contribution, req.scope("giving.read")?)).await?.is_none() {
        return Err(Problem::not_found("contribution"));
    }
    list.page(rows, |row| row.created_at.to_string())
}
