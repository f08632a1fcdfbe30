//! `GET /v1/finance/accounts/{id}`: one account and its balance, now or at a day.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::AccountId;

use crate::{
    books::{AS_OF, POSTED_UNTIL},
    sql::books::{ACCOUNT, ACCOUNT_AS_OF, Account},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-account",
    method: Method::GET,
    path: "/v1/finance/accounts/{id}",
    summary: "Finds an account with its exact balance, now or as of a day.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("ledger.read"),
    query: &[AS_OF, POSTED_UNTIL],
    localized: true,
    reply: Shape::of::<Account>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "as-of", query: "as_of=2020-01-01", ..GOOD },
        Example { name: "no-day", query: "as_of=yesterday", status: 422, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), path: &[crate::books::BANK], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: AccountId = req.path("id")?;
    let (as_of, posted_until) = (req.query("as_of")?, req.query("posted_until")?);
    if as_of.is_none() && posted_until.is_none() {
        return api::found(req, ACCOUNT.opt(db, (id,)).await?, "account");
    }
    let then = ACCOUNT_AS_OF.with((id, as_of, posted_until));
    let (account, then) = db.transaction((ACCOUNT.with((id,)), then)).await?;
    let dated = account.into_iter().next().zip(then.into_iter().next());
    let account = dated.map(|(account, then)| Account { balance: then.balance, ..account });
    api::found(req, account, "account")
}
