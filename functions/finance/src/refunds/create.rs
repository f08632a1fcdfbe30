//! `POST /v1/finance/contributions/{id}/refunds`: give a contribution back, or part of it.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContributionId, Line, Money, Text};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::refunds::{REFUND, Refund, RefundFee, RefundReason},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-refund",
    method: Method::POST,
    path: "/v1/finance/contributions/{id}/refunds",
    summary: "Refunds a contribution or part of it, never more than was captured, once per Idempotency-Key.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.refund"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Refund>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::ALREADY_RECORDED,
        problem::CONFLICT,
        problem::NOT_REFUNDABLE,
        problem::DISPUTED,
        problem::PERIOD_CLOSED,
    ],
    answer: |req, db| Box::pin(refund(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "a-part",
            body: r#"{"amount": {"amount": 2000, "currency": "GBP"}, "reason": "mistake", "note": "Typed a nought too many.", "fee": "covered"}"#,
            ..GOOD
        },
        Example {
            name: "more-than-was-given",
            body: r#"{"amount": {"amount": 5001, "currency": "GBP"}, "reason": "requested"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "more-tip-than-was-given",
            body: r#"{"tip": {"amount": 1, "currency": "GBP"}, "reason": "requested"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "another-currency",
            body: r#"{"amount": {"amount": 2000, "currency": "EUR"}, "reason": "requested"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "currency-of-no-book",
            body: r#"{"tip": {"amount": 1, "currency": "HKD"}, "reason": "requested"}"#,
            status: 422,
            ..GOOD
        },
        Example { name: "no-reason", body: r#"{"note": "because"}"#, status: 422, ..GOOD },
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["0dd70a6e-8f91-5fde-b0cb-26fee975e135"],
    headers: &[("idempotency-key", "back-to-amara")],
    body: r#"{"reason": "requested"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What goes back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewRefund"))]
pub struct Input {
    /// Part of the gift and its fee cover, in minor units; all that is left of it if absent, none of it if only a tip is
    /// named.
    #[serde(default)]
    amount: Option<Money>,
    /// Part of the tip.
    #[serde(default)]
    tip: Option<Money>,
    /// Why.
    reason: RefundReason,
    /// More about it.
    #[serde(default)]
    note: Option<Text<500>>,
    /// What becomes of the processor's fee; as the processor does it if absent.
    #[serde(default)]
    fee: Option<RefundFee>,
    /// The processor's own id of the refund: the money has left.
    #[serde(default)]
    processor_ref: Option<Line<200>>,
}

async fn refund(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let contribution: ContributionId = req.path("id")?;
    let Input { amount, tip, reason, note, fee, processor_ref } = req.json()?;
    for (name, part) in [("amount", amount), ("tip", tip)] {
        if part.is_some_and(|part| part.minor() < 1) {
            return Err(Problem::invalid(
                format!("/{name}/amount"),
                "must be at least 1 minor unit",
            ));
        }
    }
    if amount.zip(tip).is_some_and(|(amount, tip)| amount.currency() != tip.currency()) {
        return Err(Problem::invalid("/tip/currency", "must be the currency of the amount"));
    }
    let place = if amount.is_some() { "/amount/currency" } else { "/tip/currency" };
    let tip_only = tip.filter(|_| amount.is_none()).map(|_| 0);
    let params = (
        req.required_key()?,
        contribution,
        amount.map(Money::minor).or(tip_only),
        amount.or(tip).map(Money::currency),
        tip.map(Money::minor),
        reason.word(),
        note,
        fee.map(RefundFee::word),
        processor_ref,
        req.actor()?,
        req.id().to_owned(),
    );
    let other_currency = || Problem::invalid(place, "must be the currency of the contribution");
    let not_left = |detail: &'static str| move || Problem::new(problem::NOT_REFUNDABLE, detail);
    let refunded = post(req, db, &REFUND, params)
        .await
        .on_constraint("refunds_contribution_id_fkey", || Problem::not_found("contribution"))
        .on_constraint("refunds_total", not_left("not that much of the gift is left to refund"))
        .on_constraint("refunds_tip_total", not_left("not that much of the tip is left to refund"))
        .on_constraint("refunds_of_settled", not_left("the contribution is not settled yet"))
        .on_constraint("refunds_of_undisputed", || {
            let detail = "the contributor's bank decides about this contribution";
            Problem::new(problem::DISPUTED, detail)
        })
        .on_constraint("refunds_pkey", || Problem::already_recorded("refund already recorded"))
        .on_constraint("refunds_processor_ref_key", || {
            Problem::already_recorded("a refund with this processor_ref is already recorded")
        })
        .on_constraint("refunds_currency_fkey", other_currency)
        .on_constraint("refunds_currency_of_contribution", other_currency);
    books(refunded)?.created(req, Problem::not_found("contribution"))
}
