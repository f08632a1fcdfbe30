//! `GET /v1/finance/partner-bank-accounts`: where partners are paid.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::partner_bank_accounts::{AccountStatus, NEWEST, PartnerBankAccount};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-partner-bank-accounts",
    method: Method::GET,
    path: "/v1/finance/partner-bank-accounts",
    summary: "Lists where partners are paid, newest first, a page at a time; of a number its last four characters only.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("payments.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<PartnerBankAccount>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example {
            name: "of-a-partner",
            role: Some("approver"),
            query: "filter[partner_ref]=8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3&filter[status]=verified",
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
        Filter { field: "partner_ref", ops: &["eq"], about: "The partner." },
        Filter { field: "status", ops: &["eq"], about: "Where it stands." },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let partner = list.filter("partner_ref", "eq")?;
    let status = list.filter("status", "eq")?.map(AccountStatus::word);
    let (created_at, id) = list.after()?;
    let rows = NEWEST.all(db, (partner, status, created_at, id, list.fetch())).await?;
    list.page(rows, |row| row.created_at.to_string())
}
