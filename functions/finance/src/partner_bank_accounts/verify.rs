//! `POST /v1/finance/partner-bank-accounts/{id}/verify`: somebody else has asked the partner.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::PartnerBankAccountId;

use crate::{
    partner_bank_accounts::stepped,
    sql::partner_bank_accounts::{PartnerBankAccount, VERIFY},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-verify-partner-bank-account",
    method: Method::POST,
    path: "/v1/finance/partner-bank-accounts/{id}/verify",
    summary: "Verifies where a partner is paid, after asking the partner. Never by who wrote it down.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.approve"),
    reply: Shape::of::<PartnerBankAccount>(),
    if_match: true,
    problems: &[problem::FOUR_EYES, problem::CONFLICT],
    answer: |req, db| Box::pin(verify(req, db)),
    examples: &[
        GOOD,
        Example { name: "by-who-wrote-it", given: OWN, status: 403, ..GOOD },
        Example {
            name: "verified-before",
            path: &["56d4a3e9-868c-529b-9408-60f1aedb34d4"],
            headers: &[("if-match", "\"2\"")],
            given: "",
            status: 409,
            ..GOOD
        },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    given: "insert into giving.partner_bank_accounts (id, partner_ref, holder_name, currency, country, details_ciphertext,
              details_key_id, details_fingerprint, last_four, created_by)
            values ('00000000-0000-4000-8000-0000000000aa', '8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3', 'Demir', 'GBP', 'GB',
              '\\x00', 'demo', sha256('new'), '9912', gen_random_uuid())",
    role: Some("approver"),
    path: &["00000000-0000-4000-8000-0000000000aa"],
    headers: &[("if-match", "\"1\"")],
    ..Example::DEFAULT
};

/// Written down by the contact whose token the examples carry.
const OWN: &str = "insert into giving.partner_bank_accounts (id, partner_ref, holder_name, currency, country,
      details_ciphertext, details_key_id, details_fingerprint, last_four, created_by)
    values ('00000000-0000-4000-8000-0000000000aa', '8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3', 'Demir', 'GBP', 'GB',
      '\\x00', 'demo', sha256('new'), '9912', '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24')";

async fn verify(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PartnerBankAccountId = req.path("id")?;
    let version = req.if_match()?;
    let verified = VERIFY.opt(db, (id, version, req.actor()?)).await.on_constraint(
        "partner_bank_accounts_four_eyes",
        || {
            let detail = "who wrote a bank account down does not verify it";
            Problem::new(problem::FOUR_EYES, detail)
        },
    )?;
    let refusal = "the account is verified or retired already";
    stepped(req, db, verified, (id, version), refusal).await
}
