//! `GET /v1/platform/contacts/{id}`: one person.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ContactId;

use crate::sql::contacts::{Contact, FIND};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-contact",
    method: Method::GET,
    path: "/v1/platform/contacts/{id}",
    summary: "Finds a contact.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("contacts.read"),
    reply: Shape::of::<Contact>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "unchanged", headers: &[("if-none-match", r#""1""#)], status: 304, ..GOOD },
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

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let departments = req.departments("contacts.read")?;
    api::found(req, FIND.opt(db, (id, departments)).await?, "contact")
}
