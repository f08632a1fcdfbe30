//! `GET /v1/finance/funds/{id}`: one fund and what is in it.
use api::{Allow, Example, Method, Problem, Request, Resource, Response, Route, Shape};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::{FundId, Money};

use crate::sql::books::{FUND, FUND_BALANCES, Fund};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-fund",
    method: Method::GET,
    path: "/v1/finance/funds/{id}",
    summary: "Finds a fund with its exact balance in each currency.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    reply: Shape::of::<FundWithBalances>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &[crate::books::GENERAL], ..Example::DEFAULT };

/// A fund and what is in it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FundWithBalances {
    #[serde(flatten)]
    fund: Fund,
    /// What came in and has not gone out, one for each currency.
    balances: Vec<Money>,
}

impl Resource for FundWithBalances {
    fn id(&self) -> String {
        self.fund.id()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: FundId = req.path("id")?;
    let (fund, balances) = db.transaction((FUND.with((id,)), FUND_BALANCES.with((id,)))).await?;
    let balances = balances.into_iter().map(|row| row.balance).collect();
    let found = fund.into_iter().next().map(|fund| FundWithBalances { fund, balances });
    api::found(req, found, "fund")
}
