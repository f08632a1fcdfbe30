//! `POST /v1/finance/bank-lines/{id}/match`: a person says which journals a line is.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{BankLineId, JournalId, Money, PayoutId};

use super::refused;
use crate::{
    posting::{DRY_RUN, post},
    sql::bank_lines::{BankLineWithMatches, MATCH},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-match-bank-line",
    method: Method::POST,
    path: "/v1/finance/bank-lines/{id}/match",
    summary: "Matches a line with journals, or with payouts that arrived, which are booked; together they are the line.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    body: Shape::of::<Input>(),
    reply: Shape::of::<BankLineWithMatches>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[
        problem::CONFLICT,
        problem::LINE_STATE,
        problem::ALREADY_MATCHED,
        problem::PERIOD_CLOSED,
    ],
    answer: |req, db| Box::pin(answer(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "another-sum",
            path: &["ba20efb5-5c48-5709-bc17-e3c7b97eaeb4"],
            headers: &[("idempotency-key", "another-sum"), ("if-match", "\"1\"")],
            status: 409,
            ..GOOD
        },
        Example {
            name: "ignored",
            path: &["bbed6ef2-311e-5f6b-b228-0c993d733e6f"],
            headers: &[("idempotency-key", "ignored"), ("if-match", "\"2\"")],
            status: 409,
            ..GOOD
        },
        Example { name: "nothing", body: r#"{"with": []}"#, status: 422, ..GOOD },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["908a0138-85b6-5a5e-86dc-888be1418edc"],
    headers: &[("idempotency-key", "match-1"), ("if-match", "\"1\"")],
    body: r#"{"with": [{"journal_id": "edb5aa7d-0813-5d91-aa86-b2fa44c4b80e"}]}"#,
    ..Example::DEFAULT
};

/// Journals of one line.
const MAX_PARTS: usize = 100;

/// What the line is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "BankLineMatching")
)]
pub struct Input {
    /// Journals and payouts that together are the line; 1 to 100.
    with: Vec<Part>,
}

/// A journal, or a payout that arrived.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "BankLinePart"))]
struct Part {
    /// The journal.
    #[serde(default)]
    journal_id: Option<JournalId>,
    /// What of the journal this line is; absent: what no other line is. Below 0: went out.
    #[serde(default)]
    amount: Option<Money>,
    /// The payout, all of it: it is booked as received.
    #[serde(default)]
    payout_id: Option<PayoutId>,
}

fn parts(with: &[Part]) -> Result<Value, Problem> {
    if !(1..=MAX_PARTS).contains(&with.len()) {
        return Err(Problem::invalid("/with", "must be 1 to 100 journals or payouts"));
    }
    let mut rows = Vec::with_capacity(with.len());
    for (index, part) in with.iter().enumerate() {
        let refuse = |member: &str, detail: &str| {
            Err(Problem::invalid(format!("/with/{index}/{member}"), detail))
        };
        if part.journal_id.is_some() == part.payout_id.is_some() {
            return refuse("journal_id", "or else payout_id is needed");
        }
        if part.payout_id.is_some() && part.amount.is_some() {
            return refuse("amount", "is for journals: a payout arrives whole");
        }
        if part.amount.is_some_and(|amount| amount.minor() == 0) {
            return refuse("amount/amount", "must not be 0");
        }
        rows.push(json!({
            "journal_id": part.journal_id, "payout_id": part.payout_id,
            "amount_minor": part.amount.map(Money::minor),
            "currency": part.amount.map(Money::currency),
        }));
    }
    Ok(rows.into())
}

async fn answer(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: BankLineId = req.path("id")?;
    let version = req.if_match()?;
    let with = parts(&req.json::<Input>()?.with)?;
    let params = (req.required_key()?, id, version, with, req.actor()?, req.id().to_owned());
    let invalid = |detail: &'static str| move || Problem::invalid("/with", detail);
    let conflict = |detail: &'static str| move || Problem::conflict(detail);
    let matched = post(req, db, &MATCH, params)
        .await
        .on_constraint("recon_matches_journal_total", || {
            let detail = "lines of the bank are matched with more of a journal than it moves";
            Problem::new(problem::ALREADY_MATCHED, detail)
        })
        .on_constraint(
            "recon_matches_journal_stands",
            conflict("a journal was taken back, or takes one back that the bank has not seen"),
        )
        .on_constraint("payouts_under_way", conflict("a payout is not under way to our bank"))
        .on_constraint("bank_lines_total", conflict("together they are not the line"))
        .on_constraint("bank_lines_currency", invalid("is not in the currency of the account"))
        .on_constraint("recon_matches_journal_id_fkey", invalid("names no journal"))
        .on_constraint("recon_matches_payout_id_fkey", invalid("names no payout to this account"))
        .on_constraint("recon_matches_bank_line_id_key", invalid("names a journal twice"))
        .on_constraint(
            "recon_matches_journal_moves",
            invalid("names a journal that moves nothing of this account"),
        );
    refused(matched)?.changed(req, Problem::not_found("line"))
}
