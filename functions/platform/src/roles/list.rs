//! `GET /v1/platform/contacts/{id}/roles`: what a contact may do, and since when.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{ContactId, Page};

use crate::sql::{
    contacts::SEEN,
    roles::{OF_CONTACT, RoleGrant},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-contact-roles",
    method: Method::GET,
    path: "/v1/platform/contacts/{id}/roles",
    summary: "Lists the roles that a contact holds and held, newest first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("users.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<RoleGrant>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-id", path: &["helen"], status: 404, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["1009019a-bc0c-5485-84c2-361fad310833"],
    ..Example::DEFAULT
};

const LIST: List = List { sorts: &["-created_at"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, id) = list.after()?;
    let contact: ContactId = req.path("id")?;
    let seen = SEEN.with((contact, req.departments("users.read")?));
    let page = OF_CONTACT.with((contact, after, id, list.fetch()));
    let (seen, rows) = db.transaction((seen, page)).await?;
    if seen.is_empty() {
        return Err(Problem::not_found("contact"));
    }
    list.page(rows, |row| row.created_at.to_string())
}
