//! `GET /v1/finance/disbursements/{id}/bank-details`: what the order to the bank must say.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Serialize;
use types::{DisbursementId, Money, PartnerBankAccountId};

use super::{KEYS, details::Details};
use crate::sql::{disbursements::FIND, partner_bank_accounts::READ_DETAILS};

/// The route. It writes: that somebody read the details is an entry of the audit log.
pub const ROUTE: Route = Route {
    name: "finance-read-bank-details",
    method: Method::GET,
    path: "/v1/finance/disbursements/{id}/bank-details",
    summary: "Answers where an approved payment goes, as the bank must be told: of a verified account past its first three days. The reading is noted.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("payments.propose"),
    reply: Shape::of::<BankOrder>(),
    problems: &[problem::BANK_ACCOUNT_UNUSABLE, problem::CONFLICT],
    settings: &[KEYS],
    answer: |req, db| Box::pin(read(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-approved",
            path: &["80e94cf3-a969-5eec-8b68-7567aa156205"],
            status: 409,
            ..GOOD
        },
        Example {
            name: "retired",
            given: "update giving.partner_bank_accounts set status = 'retired'",
            status: 409,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("approver"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["f7f49853-c933-517d-a7b3-8a5e139a4a81"],
    ..Example::DEFAULT
};

/// What the bank is told.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BankOrder {
    /// The payment.
    disbursement_id: DisbursementId,
    /// The account.
    bank_account_id: PartnerBankAccountId,
    /// How much, in minor units.
    amount: Money,
    /// Name of the account's holder.
    holder_name: String,
    /// Sort code and account number, or IBAN.
    details: Details,
}

async fn read(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: DisbursementId = req.path("id")?;
    let Some(sealed) = READ_DETAILS.opt(db, (id,)).await? else {
        let payment = FIND.opt(db, (id,)).await?;
        let payment = payment.ok_or_else(|| Problem::not_found("disbursement"))?;
        return Err(if ["approved", "sending", "failed"].contains(&payment.status.as_str()) {
            let detail = "it must be the partner's, verified, and at least three days old";
            Problem::new(problem::BANK_ACCOUNT_UNUSABLE, detail)
        } else {
            Problem::conflict("nobody needs its bank details: it is not approved, or it is over")
        });
    };
    let key = sealed.details_key_id.as_deref().unwrap_or_default();
    let text =
        req.keys(KEYS).open(sealed.bank_account_id.uuid(), &sealed.details_ciphertext, key)?;
    let order = BankOrder {
        disbursement_id: id,
        bank_account_id: sealed.bank_account_id,
        amount: sealed.amount,
        holder_name: sealed.holder_name,
        details: Details::read(&text)?,
    };
    Response::json(200, &order)
}
