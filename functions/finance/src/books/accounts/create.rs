//! `POST /v1/finance/accounts`: open an account before anything is posted to it.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{AccountId, Currency, FundId};
use uuid::Uuid;

use crate::{
    posting::{books, post},
    sql::{books::Account, opening::OPEN_ACCOUNT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-account",
    method: Method::POST,
    path: "/v1/finance/accounts",
    summary: "Opens an account: a nominal code for one fund, counterparty and currency. Posting opens those that it needs by itself.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Account>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "there-already",
            body: r#"{"code": "1000", "currency": "GBP"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "income-of-no-fund",
            body: r#"{"code": "4000", "currency": "GBP"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-code",
            body: r#"{"code": "1998", "currency": "GBP"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "bank-in-kroner")],
    body: r#"{"code": "1000", "currency": "DKK", "floor_minor": 0}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Which account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewAccount"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<AccountId>,
    /// Nominal code, four digits, one of the chart.
    code: String,
    /// Its currency.
    currency: Currency,
    /// Fund of income, expense and transfers; none for assets and liabilities.
    #[serde(default)]
    fund_id: Option<FundId>,
    /// Whom a debt is to or from; none: nobody in particular.
    #[serde(default)]
    counterparty: Option<Counterparty>,
    /// Lowest balance that a fall may leave, minor units, in the account's own sign; none: not guarded.
    #[serde(default)]
    floor_minor: Option<i64>,
}

/// Whom a debt is to or from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "AccountCounterparty")
)]
pub struct Counterparty {
    /// What they are, singular: `partner`.
    #[serde(rename = "type")]
    r#type: String,
    /// Which one, in whatever domain.
    id: Uuid,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, code, currency, fund_id, counterparty, floor_minor } = req.json()?;
    if floor_minor.is_some_and(|floor| floor.unsigned_abs() > 9_000_000_000_000_000) {
        return Err(Problem::invalid("/floor_minor", "must be at most 9e15 either way"));
    }
    let account = json!({
        "id": id,
        "code": code,
        "currency": currency,
        "fund_id": fund_id,
        "counterparty_type": counterparty.as_ref().map(|other| &other.r#type),
        "counterparty_id": counterparty.as_ref().map(|other| other.id),
        "floor_minor": floor_minor,
    });
    let invalid =
        |pointer: &'static str, detail: &'static str| move || Problem::invalid(pointer, detail);
    let opened = post(req, db, &OPEN_ACCOUNT, (req.required_key()?, account))
        .await
        .on_constraint("accounts_pkey", || Problem::conflict("account already opened"))
        .on_constraint("accounts_leaf_key", || {
            Problem::conflict("there is such an account already")
        })
        .on_constraint("accounts_code_fkey", invalid("/code", "is not in the chart of accounts"))
        .on_constraint("accounts_fund_id_fkey", invalid("/fund_id", "names no fund"))
        .on_constraint(
            "accounts_fund_by_type",
            invalid("/fund_id", "goes with codes of 3xxx, 4xxx and 5xxx, and only with them"),
        )
        .on_constraint(
            "entity_name_shape",
            invalid("/counterparty/type", "must be a word in small letters"),
        )
        .on_constraint(
            "accounts_currency_fkey",
            invalid("/currency", "is not a currency that our books take"),
        );
    books(opened)?.created(req, Problem::not_found("account"))
}
