//! `PATCH /v1/platform/contacts/{id}`: change what is recorded of a person.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::ContactId;

use super::{explained, object, person};
use crate::{
    departments,
    sql::contacts::{Contact, FIND, UPDATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-update-contact",
    method: Method::PATCH,
    path: "/v1/platform/contacts/{id}",
    summary: "Changes a contact by JSON Merge Patch (RFC 7396).",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contact>(),
    if_match: true,
    problems: &[problem::OTHER_DEPARTMENT],
    answer: |req, db| Box::pin(update(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-country", body: r#"{"country": "uk"}"#, status: 422, ..GOOD },
        Example { name: "unknown-member", body: r#"{"shoe_size": 42}"#, status: 422, ..GOOD },
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
    path: &["0bf4bcc7-c94e-5908-9109-a3dbcb667578"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"last_name": "Weber-Adler", "phone": null}"#,
    ..Example::DEFAULT
};

person! {
    /// What changes: an absent member stays, null clears.
    #[cfg_attr(feature = "openapi", schemars(rename = "ContactPatch"))]
    Input {}
}

async fn update(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContactId = req.path("id")?;
    let version = req.if_match()?;
    let input: Input = req.json()?;
    let departments = req.departments("contacts.write")?;
    departments::moved(&departments, &input.department_id)?;
    let change = (id, version, object(&input)?, req.actor()?, departments.clone());
    let contact = explained(UPDATE.opt(db, change).await)?;
    api::changed(req, contact, FIND.opt(db, (id, departments)), "contact").await
}
