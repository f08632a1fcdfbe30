//! `POST /v1/finance/bank-statements`: take in what our bank says.
use std::collections::HashSet;

use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{BankAccountId, BankStatementId, Date, Line, Money, Text};

use crate::{
    posting::{books, post},
    sql::bank::{BankStatement, IMPORT},
};

/// Lines of one statement: what fits into the body with long words.
const MAX_LINES: usize = 2000;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-bank-statement",
    method: Method::POST,
    path: "/v1/finance/bank-statements",
    summary: "Takes in a statement of our bank: its lines lead from the opening to the closing balance.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    status: 201,
    body: Shape::of::<Input>(),
    body_limit: 1024 * 1024,
    reply: Shape::of::<BankStatement>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT, problem::STATEMENT_GAP],
    answer: |req, db| Box::pin(take_in(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "does-not-add-up",
            headers: &[("idempotency-key", "adds-up")],
            body: r#"{"bank_account_id": "b152cc9c-db18-549d-80d4-0f4eeecb6c12", "number": "2026/06", "opens_on": "2026-06-01", "closes_on": "2026-06-30", "opening": {"amount": 0, "currency": "GBP"}, "closing": {"amount": 1, "currency": "GBP"}, "lines": []}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "a-gap",
            headers: &[("idempotency-key", "gap")],
            body: r#"{"bank_account_id": "b152cc9c-db18-549d-80d4-0f4eeecb6c12", "number": "2026/05", "opens_on": "2026-05-01", "closes_on": "2026-05-31", "opening": {"amount": 1, "currency": "GBP"}, "closing": {"amount": 1, "currency": "GBP"}, "lines": []}"#,
            status: 409,
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
    headers: &[("idempotency-key", "statement-of-may")],
    body: r#"{"bank_account_id": "b152cc9c-db18-549d-80d4-0f4eeecb6c12", "number": "2026/05", "opens_on": "2026-05-01", "closes_on": "2026-05-31", "opening": {"amount": 1248300, "currency": "GBP"}, "closing": {"amount": 1248800, "currency": "GBP"}, "lines": [{"bank_ref": "UT-0004", "booked_on": "2026-05-04", "amount": {"amount": 500, "currency": "GBP"}, "counterparty": "Unity Trust Bank", "purpose": "Letter, given back"}]}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A statement as the bank gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewBankStatement")
)]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<BankStatementId>,
    /// The account.
    bank_account_id: BankAccountId,
    /// The bank's number of the statement.
    number: Line<50>,
    /// First day.
    opens_on: Date,
    /// Last day.
    closes_on: Date,
    /// Balance before.
    opening: Money,
    /// Balance after.
    closing: Money,
    /// All lines, in their order; at most 2000.
    lines: Vec<StatementLine>,
}

/// A line of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewBankLine"))]
struct StatementLine {
    /// The bank's own reference; never twice in an account.
    bank_ref: Line<200>,
    /// Day of booking.
    booked_on: Date,
    /// Day of value; absent: as booked.
    #[serde(default)]
    value_on: Option<Date>,
    /// How much; below 0: went out.
    amount: Money,
    /// Who it came from or went to.
    #[serde(default)]
    counterparty: Option<Line<200>>,
    /// Words of the payment.
    #[serde(default)]
    purpose: Option<Text<1000>>,
}

/// The lines as the database takes them, once they lead from one balance to the other.
fn rows(input: &Input) -> Result<Vec<Value>, Problem> {
    let currency = input.opening.currency();
    if input.closing.currency() != currency {
        return Err(Problem::invalid("/closing/currency", "must be that of the opening balance"));
    }
    if input.lines.len() > MAX_LINES {
        return Err(Problem::invalid("/lines", "must be at most 2000: send shorter statements"));
    }
    let (mut rows, mut refs) = (Vec::with_capacity(input.lines.len()), HashSet::new());
    let mut balance = i128::from(input.opening.minor());
    for (index, line) in input.lines.iter().enumerate() {
        let refuse = |member: &str, detail: &str| {
            Err(Problem::invalid(format!("/lines/{index}/{member}"), detail))
        };
        if line.amount.currency() != currency {
            return refuse("amount/currency", "must be that of the balances");
        }
        if line.amount.minor() == 0 {
            return refuse("amount/amount", "must not be 0");
        }
        if !(input.opens_on..=input.closes_on).contains(&line.booked_on) {
            return refuse("booked_on", "is not a day of the statement");
        }
        if !refs.insert(line.bank_ref.as_str()) {
            return refuse("bank_ref", "is that of another line");
        }
        balance += i128::from(line.amount.minor());
        rows.push(json!({
            "bank_ref": line.bank_ref, "booked_on": line.booked_on, "value_on": line.value_on,
            "amount_minor": line.amount.minor(), "counterparty": line.counterparty,
            "purpose": line.purpose,
        }));
    }
    if balance != i128::from(input.closing.minor()) {
        let detail = format!("the lines lead to {balance} minor units: one is missing or wrong");
        return Err(Problem::invalid("/closing/amount", detail));
    }
    Ok(rows)
}

async fn take_in(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    if input.closes_on < input.opens_on {
        return Err(Problem::invalid("/closes_on", "must not be before opens_on"));
    }
    let lines = rows(&input)?;
    let statement = json!({
        "id": input.id, "bank_account_id": input.bank_account_id, "number": input.number,
        "opens_on": input.opens_on, "closes_on": input.closes_on,
        "opening_minor": input.opening.minor(), "closing_minor": input.closing.minor(),
        "currency": input.opening.currency(), "lines": lines,
    });
    let taken = post(req, db, &IMPORT, (req.required_key()?, statement, req.actor()?))
        .await
        .on_constraint("bank_statements_pkey", || {
            Problem::already_recorded("statement already recorded")
        })
        .on_constraint("bank_statements_file_sha256_key", || {
            Problem::already_recorded("the statement was taken in before")
        })
        .on_constraint("bank_statements_number_key", || {
            Problem::conflict("another statement of the account has this number")
        })
        .on_constraint("bank_lines_bank_ref_key", || {
            Problem::conflict("a line with a bank_ref of these came with another statement")
        })
        .on_constraint("bank_accounts_open", || Problem::conflict("the bank account is closed"))
        .on_constraint("bank_statements_follow", || {
            let detail = "its balances are not those of the statements of the days beside it";
            Problem::new(problem::STATEMENT_GAP, detail)
        })
        .on_constraint("bank_statements_bank_account_id_fkey", || {
            Problem::invalid("/bank_account_id", "names no bank account")
        })
        .on_constraint("bank_statements_currency", || {
            Problem::invalid("/opening/currency", "must be that of the bank account")
        })
        .on_constraint("bank_statements_no_future", || {
            Problem::invalid("/closes_on", "must not lie in the future")
        });
    books(taken)?.created(req, Problem::not_found("statement"))
}
