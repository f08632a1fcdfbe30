//! `GET /v1/platform/audit-logs`: who did what.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::audit_logs::{AuditLog, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-list-audit-logs",
    method: Method::GET,
    path: "/v1/platform/audit-logs",
    summary: "Lists what was done in all domains, newest first, a page at a time.",
    domain: Domain::Platform,
    access: Access::Read,
    allow: Allow::Permission("audit.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<AuditLog>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), query: "limit=3", ..Example::DEFAULT },
        Example {
            name: "of-a-project",
            role: Some("admin"),
            query: "filter[entity_type]=project&filter[entity_id]=03262721-01f4-5300-9f04-f6a6dee60d17",
            ..Example::DEFAULT
        },
        Example {
            name: "of-a-month",
            role: Some("auditor"),
            query: "filter[created_at][gte]=2026-11-01T00:00:00Z&filter[created_at][lt]=2026-12-01T00:00:00Z",
            ..Example::DEFAULT
        },
        Example {
            name: "of-an-actor",
            role: Some("auditor"),
            query: "filter[actor_contact_id]=3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24&filter[action]=auth.login",
            ..Example::DEFAULT
        },
        Example {
            name: "no-moment",
            role: Some("auditor"),
            query: "filter[created_at][gte]=yesterday",
            status: 422,
            ..Example::DEFAULT
        },
        Example {
            name: "unknown-filter",
            role: Some("auditor"),
            query: "filter[ip]=127.0.0.1",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("editor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "domain", ops: &["eq"], about: "Where it was done: finance." },
        Filter { field: "entity_type", ops: &["eq"], about: "What kind of thing was touched." },
        Filter { field: "entity_id", ops: &["eq"], about: "Which one." },
        Filter { field: "actor_contact_id", ops: &["eq"], about: "The contact who acted." },
        Filter {
            field: "session_id",
            ops: &["eq"],
            about: "The login, or the api token, it was done with.",
        },
        Filter { field: "request_id", ops: &["eq"], about: "The request it was done in." },
        Filter {
            field: "change_type",
            ops: &["eq"],
            about: "create, update, delete, restore, transition, read, login or other.",
        },
        Filter { field: "action", ops: &["eq"], about: "What was done: project.update." },
        Filter { field: "created_at", ops: &["gte", "lt"], about: "When it happened." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    req.everywhere("audit.read")?;
    let list = req.list()?;
    let (after, id) = list.after()?;
    let filters = (
        list.filter("domain", "eq")?,
        list.filter("entity_type", "eq")?,
        list.filter("entity_id", "eq")?,
        list.filter("actor_contact_id", "eq")?,
        list.filter("session_id", "eq")?,
        list.filter("request_id", "eq")?,
        list.filter("change_type", "eq")?,
        list.filter("action", "eq")?,
        list.filter("created_at", "gte")?,
        list.filter("created_at", "lt")?,
        after,
        id,
        list.fetch(),
    );
    list.page(NEWEST.all(db, filters).await?, |row| row.created_at.to_string())
}
