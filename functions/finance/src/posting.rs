//! What every route that posts has in common: its key, the dry run, and the refusals of the books.
use api::{OnConstraint as _, Problem, Query, Request, Resource, Response, problem};
use db::{Db, FromRow, Params, Sql};
use serde::Deserialize;
use serde_json::json;
use types::Text;

use crate::sql::{
    Kept,
    ledger::{CHECK_NOW, POSTED_NOW, Posting},
};

/// Every route that posts takes it.
pub(crate) const DRY_RUN: Query = Query {
    name: "dry_run",
    about: "`true`: nothing is kept, and the answer (200) is `{dry_run, postings, result}`.",
};

/// All that a step asks for which takes something back, or gives it up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Reason {
    /// Why, for whoever reads the books later.
    pub(crate) reason: Text<500>,
}

/// What a posting statement returned; with the postings if it was only rehearsed.
pub(crate) struct Posted<T> {
    pub(crate) rows: Vec<Kept<T>>,
    rehearsed: Option<Vec<Posting>>,
}

/// Runs a statement that posts, or with `?dry_run=true` rehearses it: one round trip either way.
pub(crate) async fn post<P: Params, T: FromRow>(
    req: &Request,
    db: &Db<'_>,
    sql: &Sql<P, Kept<T>>,
    params: P,
) -> Result<Posted<T>, Problem> {
    if req.query("dry_run")?.unwrap_or(false) {
        let steps = (sql.with(params), CHECK_NOW.with(()), POSTED_NOW.with(()));
        let (rows, _, postings) = match db.rehearse(steps).await {
            Err(db::Error::NoRehearsal) => {
                let detail = "cannot be answered where statements travel over HTTP";
                return Err(Problem::parameter(problem::INVALID, "dry_run", detail));
            }
            rehearsed => rehearsed?,
        };
        return Ok(Posted { rows, rehearsed: Some(postings) });
    }
    Ok(Posted { rows: sql.all(db, params).await?, rehearsed: None })
}

/// What the books themselves refuse, and the key; a route that knows a better place says so before.
pub(crate) fn books<T>(result: Result<T, Problem>) -> Result<T, Problem> {
    result
        .on_constraint("idempotency_keys_fingerprint", api::key_reused)
        .on_constraint("funds_floor", || {
            Problem::new(problem::INSUFFICIENT_FUNDS, "the fund does not hold that much")
        })
        .on_constraint("accounting_periods_open", || {
            let detail = "open a period for today, or wait until the treasurer has";
            Problem::new(problem::PERIOD_CLOSED, detail)
        })
        .on_constraint("accounts_open", || {
            Problem::conflict("the fund or an account of it is closed: choose another one")
        })
        .map_err(api::in_progress)
}

impl<T: Resource> Posted<T> {
    /// 201 with the one row.
    pub(crate) fn created(self, req: &Request, missing: Problem) -> Result<Response, Problem> {
        self.one(missing, |row| api::created(req, row))
    }

    /// 200 with the one row.
    pub(crate) fn changed(self, req: &Request, missing: Problem) -> Result<Response, Problem> {
        self.one(missing, |row| api::ok(req, row))
    }

    fn one(
        mut self,
        missing: Problem,
        answer: impl FnOnce(&T) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let Some(Kept { row, replayed }) = self.rows.pop() else { return Err(missing) };
        match self.rehearsed {
            Some(postings) => rehearsed(&postings, &row),
            None => Ok(marked(answer(&row)?, replayed)),
        }
    }

    /// 201 with all rows, as `{"data": […]}`.
    pub(crate) fn all(self) -> Result<Response, Problem> {
        let replayed = self.rows.iter().any(|kept| kept.replayed);
        let rows: Vec<&T> = self.rows.iter().map(|kept| &kept.row).collect();
        match self.rehearsed {
            Some(postings) => rehearsed(&postings, &json!({ "data": rows })),
            None => Ok(marked(Response::json(201, &json!({ "data": rows }))?, replayed)),
        }
    }
}

fn marked(response: Response, replayed: bool) -> Response {
    if replayed { response.with("idempotency-replayed", "true") } else { response }
}

fn rehearsed(postings: &[Posting], result: &impl serde::Serialize) -> Result<Response, Problem> {
    Response::json(200, &json!({ "dry_run": true, "postings": postings, "result": result }))
}
