//! `POST /v1/finance/contributors/{id}/restore`: bring a deleted contributor back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain, Scope};
use types::ContributorId;

use crate::{
    contributors::contact_taken,
    sql::contributors::{Contributor, FIND, RESTORE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-restore-contributor",
    method: Method::POST,
    path: "/v1/finance/contributors/{id}/restore",
    summary: "Restores a deleted contributor; a live one is answered as it is.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("contributors.write"),
    reply: Shape::of::<Contributor>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("contributors_contact_ref_key", contact_taken)?;
    api::restored(req, restored, FIND.opt(db, (id, Scope::ALL)), "contributor").await
}
