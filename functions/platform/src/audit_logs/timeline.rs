//! `GET /v1/platform/timelines/{entity_type}/{entity_id}`: what happened to one thing.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::{ContactId, Line, Page};
use uuid::Uuid;

use crate::sql::{
    audit_logs::{AuditLog, NEWEST},
    contacts::SEEN,
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-find-timeline",
    method: Method::GET,
    path: "/v1/platform/timelines/{entity_type}/{entity_id}",
    summary: "Lists what happened to one thing, in whatever domain it is, newest first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("audit.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<AuditLog>>(),
    answer: |req, db| Box::pin(timeline(req, db)),
    examples: &[
        GOOD,
        Example { name: "of-one-domain", query: "limit=1&filter[domain]=projects", ..GOOD },
        Example { name: "no-id", path: &["project", "kreuzberg"], status: 404, ..GOOD },
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("auditor"),
    path: &["project", "e1ea8644-164c-56e0-8829-9d9508818b59"],
    ..Example::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[Filter { field: "domain", ops: &["eq"], about: "Where the thing is: projects." }],
};

async fn timeline(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (after, id) = list.after()?;
    let entity_type: Line<100> = req.path("entity_type")?;
    let entity_id: Uuid = req.path("entity_id")?;
    let departments = req.departments("audit.read")?;
    if departments.ids().is_some() {
        // Of all that is in the log only contacts belong to departments.
        let contact = ContactId::from_uuid(entity_id);
        let seen = match entity_type.as_str() {
            "contact" => SEEN.opt(db, (contact, departments)).await?,
            _ => None,
        };
        seen.ok_or_else(|| Problem::not_found("timeline"))?;
    }
    let filters = (
        list.filter("domain", "eq")?,
        Some(entity_type),
        Some(entity_id),
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        after,
        id,
        list.fetch(),
    );
    list.page(NEWEST.all(db, filters).await?, |row| row.created_at.to_string())
}
