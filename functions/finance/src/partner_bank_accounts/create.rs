//! `POST /v1/finance/partner-bank-accounts`: write down where a partner is paid.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Currency, Line, PartnerBankAccountId, PartnerId};

use super::{KEYS, details::Details};
use crate::{
    posting::{books, post},
    sql::partner_bank_accounts::{CREATE, PartnerBankAccount},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-partner-bank-account",
    method: Method::POST,
    path: "/v1/finance/partner-bank-accounts",
    summary: "Writes down where a partner is paid. Somebody else verifies it, and nothing is paid there for three days.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<PartnerBankAccount>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    body_limit: 4 * 1024,
    settings: &[KEYS],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "iban",
            headers: &[("idempotency-key", "iban")],
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "holder_name": "Demir Dämmung GmbH", "currency": "EUR", "details": {"iban": "DE89 3704 0044 0532 0130 00"}}"#,
            ..GOOD
        },
        Example {
            name: "known-before",
            headers: &[("idempotency-key", "known")],
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "holder_name": "Demir", "currency": "GBP", "details": {"sort_code": "20-00-00", "account_number": "55779911"}}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "no-iban",
            body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "holder_name": "Demir", "currency": "EUR", "details": {"iban": "DE88370400440532013000"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-partner",
            body: r#"{"partner_ref": "00000000-0000-4000-8000-000000000000", "holder_name": "Nobody", "currency": "GBP", "details": {"sort_code": "200000", "account_number": "55779912"}}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("approver"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "demir-new")],
    body: r#"{"partner_ref": "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3", "holder_name": "Demir Dämmung GmbH", "currency": "GBP", "details": {"sort_code": "20-00-00", "account_number": "55779912"}}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Where a partner is paid. Details never change: a new account is a new row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "NewPartnerBankAccount")
)]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<PartnerBankAccountId>,
    /// The partner.
    partner_ref: PartnerId,
    /// Name of the account's holder, as the bank knows it.
    holder_name: Line<200>,
    /// Currency of the account; `GBP` for one with a sort code.
    currency: Currency,
    /// Kept sealed, and answered to nobody but who sends an approved payment.
    details: Details,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, partner_ref, holder_name, currency, details } = req.json()?;
    let checked = details.checked()?;
    if checked.details.is_uk() && currency.as_str() != "GBP" {
        return Err(Problem::invalid("/currency", "must be GBP for an account with a sort code"));
    }
    let id = id.unwrap_or_else(PartnerBankAccountId::new);
    let keys = req.keys(KEYS);
    let (sealed, key_id) = keys.seal(id.uuid(), &checked.details.text()?)?;
    let marks = keys.marks(checked.account.as_bytes())?;
    let marks: Vec<_> = marks.iter().map(|mark| bytea(mark)).collect();
    let account = json!({
        "id": id, "partner_ref": partner_ref, "holder_name": holder_name, "currency": currency,
        "country": checked.country, "last_four": checked.last_four,
        "details_ciphertext": bytea(&sealed), "details_key_id": key_id,
        "details_fingerprint": marks[0], "marks": marks,
    });
    // A plain digest of the request would let the few digits be found by trying all.
    let mut key = req.required_key()?;
    key.fingerprint = keys.marks(&key.fingerprint)?.swap_remove(0);
    let created = post(req, db, &CREATE, (key, account, req.actor()?))
        .await
        .on_constraint("partner_bank_accounts_pkey", || {
            Problem::already_recorded("an account with this id is recorded")
        })
        .on_constraint("partner_bank_accounts_details_key", || {
            Problem::conflict("the partner has this account already")
        })
        .on_constraint("partner_bank_accounts_partner_ref_fkey", || {
            Problem::invalid("/partner_ref", "names no partner that we know of")
        })
        .on_constraint("partner_bank_accounts_currency_fkey", || {
            Problem::invalid("/currency", "is not a currency that our books take")
        });
    books(created)?.created(req, Problem::not_found("bank account"))
}

/// As a text that PostgreSQL reads as bytes.
fn bytea(bytes: &[u8]) -> String {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("\\x".to_owned()).chain(hex).collect()
}
