//! `POST /v1/finance/journals`: propose a journal by hand; somebody else posts it.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Date, FundId, Money, Text};

use crate::{
    books::proposals::proposed,
    posting::{DRY_RUN, books, post},
    sql::proposals::{JournalProposal, PROPOSE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-journal",
    method: Method::POST,
    path: "/v1/finance/journals",
    summary: "Proposes a journal by hand; somebody else has to approve it before it is posted.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<JournalProposal>(),
    idempotency: Idempotency::Required,
    answer: |req, db| Box::pin(propose(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "unbalanced",
            body: r#"{"reason": "Typing", "lines": [{"code": "1000", "amount": {"amount": 100, "currency": "GBP"}}, {"code": "1999", "amount": {"amount": -99, "currency": "GBP"}}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "two-currencies",
            body: r#"{"reason": "Exchange", "lines": [{"code": "1000", "amount": {"amount": 100, "currency": "GBP"}}, {"code": "1999", "amount": {"amount": -100, "currency": "EUR"}}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "income-of-no-fund",
            body: r#"{"reason": "Found", "lines": [{"code": "1000", "amount": {"amount": 100, "currency": "GBP"}}, {"code": "4000", "amount": {"amount": -100, "currency": "GBP"}}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "a-partners-account",
            body: r#"{"reason": "Gone", "lines": [{"code": "2100", "amount": {"amount": 100, "currency": "GBP"}}, {"code": "1999", "amount": {"amount": -100, "currency": "GBP"}}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-code",
            body: r#"{"reason": "New", "lines": [{"code": "1998", "amount": {"amount": 100, "currency": "GBP"}}, {"code": "1999", "amount": {"amount": -100, "currency": "GBP"}}]}"#,
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
    headers: &[("idempotency-key", "bank-interest")],
    body: r#"{"effective_date": "2026-10-31", "memo": "Statement 10", "reason": "Interest of October", "lines": [{"code": "1000", "amount": {"amount": 312, "currency": "GBP"}}, {"code": "4000", "fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount": {"amount": -312, "currency": "GBP"}}]}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Lines of one journal.
const MAX_LINES: usize = 100;

/// What is to be posted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewJournal"))]
pub struct Input {
    /// Accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    effective_date: Option<Date>,
    /// Free text for the books.
    #[serde(default)]
    memo: Option<Text<500>>,
    /// Why it is posted by hand.
    reason: Text<500>,
    /// 2 to 100, in one currency; they add up to zero.
    lines: Vec<Line>,
}

/// Part of a journal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewJournalLine"))]
pub struct Line {
    /// Nominal code, four digits.
    code: String,
    /// Fund of income, expense and transfers; none for assets and liabilities.
    #[serde(default)]
    fund_id: Option<FundId>,
    /// Minor units, debit positive, credit negative.
    amount: Money,
}

/// What can be said without the database.
fn check(lines: &[Line]) -> Result<Money, Problem> {
    let first = match lines {
        [first, _, ..] if lines.len() <= MAX_LINES => first,
        _ => return Err(Problem::invalid("/lines", "must be 2 to 100")),
    };
    let mut total = Money::zero(first.amount.currency());
    for (index, line) in lines.iter().enumerate() {
        let refuse = |what: &str, detail: &str| {
            Err(Problem::invalid(format!("/lines/{index}/{what}"), detail))
        };
        if line.amount.minor() == 0 {
            return refuse("amount/amount", "must not be 0");
        }
        match (line.code.as_bytes().first(), line.fund_id) {
            (Some(b'1' | b'2'), Some(_)) => {
                return refuse("fund_id", "goes with codes of 3xxx, 4xxx and 5xxx");
            }
            (Some(b'3'..=b'5'), None) => {
                return refuse("fund_id", "is needed with codes of 3xxx, 4xxx and 5xxx");
            }
            _ => {}
        }
        total = total
            .checked_add(line.amount)
            .map_err(|e| Problem::invalid(format!("/lines/{index}/amount"), e.to_string()))?;
    }
    if total.minor() != 0 {
        return Err(Problem::invalid("/lines", "must add up to zero"));
    }
    Ok(total)
}

async fn propose(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { effective_date, memo, reason, lines } = req.json()?;
    let total = check(&lines)?;
    let line = |line: &Line| json!({ "code": line.code, "fund_id": line.fund_id, "amount_minor": line.amount.minor() });
    let wanted = json!({
        "effective_date": effective_date,
        "currency": total.currency(),
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "memo": memo,
        "reason": reason,
    });
    let invalid =
        |pointer: &'static str, detail: &'static str| move || Problem::invalid(pointer, detail);
    let made = post(req, db, &PROPOSE, (req.required_key()?, wanted, req.actor()?))
        .await
        .on_constraint(
            "accounts_code_fkey",
            invalid("/lines", "name a code that is not in the chart"),
        )
        .on_constraint("accounts_fund_id_fkey", invalid("/lines", "name a fund that there is not"))
        .on_constraint(
            "journal_proposals_control_accounts",
            invalid("/lines", "touch a code that payments, claims, partners or invoices keep"),
        )
        .on_constraint(
            "journal_proposals_currency_fkey",
            invalid("/lines/0/amount/currency", "is not a currency that our books take"),
        );
    proposed(books(made)?.created(req, Problem::new(problem::INTERNAL, "nothing was proposed"))?)
}
