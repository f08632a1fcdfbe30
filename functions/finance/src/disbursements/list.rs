//! `GET /v1/finance/disbursements`: payments to partners.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::disbursements::{Disbursement, DisbursementStatus, NEWEST};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-disbursements",
    method: Method::GET,
    path: "/v1/finance/disbursements",
    summary: "Lists payments to partners, newest first, a page at a time.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("payments.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Disbursement>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("approver"), query: "filter[status]=proposed", ..Example::DEFAULT },
        Example {
            name: "of-a-project",
            role: Some("auditor"),
            query: "filter[project_ref]=03262721-01f4-5300-9f04-f6a6dee60d17&filter[created_at][gte]=2026-01-01",
            ..Example::DEFAULT
        },
        Example {
            name: "no-status",
            role: Some("auditor"),
            query: "filter[status]=gone",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-created_at"],
    filters: &[
        Filter { field: "partner_ref", ops: &["eq"], about: "Partner who is paid." },
        Filter { field: "project_ref", ops: &["eq"], about: "Project it is for." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
        Filter { field: "created_at", ops: &["gte", "lt"], about: "Day of the proposal." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (partner, project) = (list.filter("partner_ref", "eq")?, list.filter("project_ref", "eq")?);
    let status = list.filter("status", "eq")?.map(DisbursementStatus::word);
    let (from, before) = (list.filter("created_at", "gte")?, list.filter("created_at", "lt")?);
    let (created_at, id) = list.after()?;
    let filters = (partner, project, status, from, before, created_at, id, list.fetch());
    list.page(NEWEST.all(db, filters).await?, |row| row.created_at.to_string())
}
