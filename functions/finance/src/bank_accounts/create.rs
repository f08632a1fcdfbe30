//! `POST /v1/finance/bank-accounts`: make an account at a bank known.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{BankAccountId, Currency, Line};

use crate::{
    posting::{books, post},
    sql::bank::{BankAccount, CREATE_ACCOUNT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-bank-account",
    method: Method::POST,
    path: "/v1/finance/bank-accounts",
    summary: "Makes an account of ours at a bank known, so that its statements can be taken in.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<BankAccount>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "known-before",
            headers: &[("idempotency-key", "known")],
            body: r#"{"name": "Again", "bank": "Unity Trust Bank", "last_four": "4417", "currency": "GBP"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "not-a-bank",
            headers: &[("idempotency-key", "debts")],
            body: r#"{"name": "Debts", "bank": "Unity Trust Bank", "last_four": "0002", "currency": "GBP", "code": "1400"}"#,
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
    headers: &[("idempotency-key", "savings")],
    body: r#"{"name": "Savings", "bank": "Unity Trust Bank", "last_four": "4418", "currency": "GBP"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// The account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewBankAccount"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<BankAccountId>,
    /// Name for people.
    name: Line<100>,
    /// The bank.
    bank: Line<100>,
    /// Last four characters of its number.
    last_four: Line<4>,
    /// Its currency.
    currency: Currency,
    /// Nominal code that it is kept under; absent: `1000`.
    #[serde(default)]
    code: Option<Line<4>>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, name, bank, last_four, currency, code } = req.json()?;
    let account = json!({
        "id": id, "name": name, "bank": bank, "last_four": last_four, "currency": currency,
        "code": code.as_ref().map_or("1000", |code| code.as_str()),
    });
    let created = post(req, db, &CREATE_ACCOUNT, (req.required_key()?, account, req.actor()?))
        .await
        .on_constraint("bank_accounts_pkey", || {
            Problem::already_recorded("account already recorded")
        })
        .on_constraint("bank_accounts_last_four_key", || {
            Problem::conflict("an account of this bank, number and currency is known already")
        })
        .on_constraint("bank_accounts_last_four_shape", || {
            Problem::invalid("/last_four", "must be four digits or capital letters")
        })
        .on_constraint("bank_accounts_code_fkey", || {
            Problem::invalid("/code", "is no nominal code that keeps money at a bank")
        })
        .on_constraint("bank_accounts_currency_fkey", || {
            Problem::invalid("/currency", "is not a currency that our books take")
        });
    books(created)?.created(req, Problem::not_found("bank account"))
}
