//! `GET /v1/finance/sellers`: who we are, and were, on invoices.
use api::{Allow, Example, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::sellers::{LATEST, Seller};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-sellers",
    method: Method::GET,
    path: "/v1/finance/sellers",
    summary: "Lists our name, address and numbers as they stand on invoices, latest first day first.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("trade.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<Seller>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("auditor"), ..Example::DEFAULT },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List { sorts: &["-valid_from"], filters: &[] };

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let (valid_from, id) = list.after()?;
    let rows = LATEST.all(db, (valid_from, id, list.fetch())).await?;
    list.page(rows, |row| row.valid_from.to_string())
}
