//! `POST /v1/finance/periods/{id}/close`: no posting is dated in it any more.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};

use crate::sql::books::{CLOSE_PERIOD, PERIOD, Period};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-close-period",
    method: Method::POST,
    path: "/v1/finance/periods/{id}/close",
    summary: "Closes an accounting period, after the postings under way in it. It stays closed.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    reply: Shape::of::<Period>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(close(req, db)),
    examples: &[
        GOOD,
        Example { name: "no-period", path: &["999999"], status: 404, ..GOOD },
        Example { name: "no-number", path: &["last"], status: 404, ..GOOD },
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("treasurer"), path: &["1"], ..Example::DEFAULT };

async fn close(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: i32 = req.path("id")?;
    let closed = db.transaction((CLOSE_PERIOD.with((id, req.actor()?)), PERIOD.with((id,)))).await;
    let closed = closed.on_constraint("accounting_periods_open", || {
        Problem::conflict("the period is closed already")
    });
    match closed {
        Ok((_, period)) => api::found(req, period.into_iter().next(), "period"),
        // The function does not tell which of the two it met.
        Err(refused) if refused.code == problem::CONFLICT => {
            PERIOD.opt(db, (id,)).await?.ok_or_else(|| Problem::not_found("period"))?;
            Err(refused)
        }
        Err(other) => Err(other),
    }
}
