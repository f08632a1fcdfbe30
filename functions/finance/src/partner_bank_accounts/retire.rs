//! `POST /v1/finance/partner-bank-accounts/{id}/retire`: nothing is paid there any more.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use types::PartnerBankAccountId;

use crate::{
    partner_bank_accounts::stepped,
    sql::partner_bank_accounts::{PartnerBankAccount, RETIRE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-retire-partner-bank-account",
    method: Method::POST,
    path: "/v1/finance/partner-bank-accounts/{id}/retire",
    summary: "Retires where a partner is paid: nothing is sent there any more. It stays retired.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.withdraw"),
    reply: Shape::of::<PartnerBankAccount>(),
    if_match: true,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(retire(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "retired-before",
            given: "update giving.partner_bank_accounts set status = 'retired'",
            headers: &[("if-match", "\"3\"")],
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
    role: Some("approver"),
    path: &["56d4a3e9-868c-529b-9408-60f1aedb34d4"],
    headers: &[("if-match", "\"2\"")],
    ..Example::DEFAULT
};

async fn retire(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PartnerBankAccountId = req.path("id")?;
    let version = req.if_match()?;
    let retired = RETIRE.opt(db, (id, version, req.actor()?)).await?;
    stepped(req, db, retired, (id, version), "the account is retired already").await
}
