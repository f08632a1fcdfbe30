//! `POST /v1/platform/contacts/{id}/restore`: bring a deleted person back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::ContactId;

use super::explained;
use crate::sql::contacts::{Contact, FIND, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-restore-contact",
    method: Method::POST,
    path: "/v1/platform/contacts/{id}/restore",
    summary: "Restores a deleted contact; a live one is answered as it is, an erased one stays away.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    reply: Shape::of::<Contact>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[
        GOOD,
        Example { name: "erased", given: super::ERASED, status: 409, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let departments = req.departments("contacts.write")?;
    let restored = explained(RESTORE.opt(db, (id, req.actor()?, departments.clone())).await)
        .on_constraint("contacts_erased_final", || Problem::conflict("the contact was erased"))?;
    api::restored(req, restored, FIND.opt(db, (id, departments)), "contact").await
}
