//! `POST /v1/finance/conversions`: the bank or a processor has changed money into another currency.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ConversionId, Currency, Date, FundId, Line, Money};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::conversions::{CONVERT, Conversion},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-conversion",
    method: Method::POST,
    path: "/v1/finance/conversions",
    summary: "Records that money of a fund was changed into another currency, by both amounts or by the rate.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Conversion>(),
    idempotency: Idempotency::Required,
    problems: &[
        problem::ALREADY_RECORDED,
        problem::CONFLICT,
        problem::INSUFFICIENT_FUNDS,
        problem::PERIOD_CLOSED,
    ],
    answer: |req, db| Box::pin(convert(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "by-the-rate",
            body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-2", "from": {"amount": 1000, "currency": "GBP"}, "at": {"currency": "EUR", "rate": "1.1437"}}"#,
            ..GOOD
        },
        Example {
            name: "a-rate-that-is-no-string",
            body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-2", "from": {"amount": 1000, "currency": "GBP"}, "at": {"currency": "EUR", "rate": 1.1437}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "more-than-there-is",
            body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-2", "from": {"amount": 900, "currency": "CHF"}, "to": {"amount": 800, "currency": "GBP"}}"#,
            status: 402,
            ..GOOD
        },
        Example {
            name: "the-same-currency",
            body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-2", "from": {"amount": 900, "currency": "GBP"}, "to": {"amount": 800, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "neither-amount-nor-rate",
            body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-2", "from": {"amount": 900, "currency": "GBP"}}"#,
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
    headers: &[("idempotency-key", "euros-for-the-conference")],
    body: r#"{"fund_id": "04b25f59-033c-502c-ac71-430477286633", "code": "1000", "provider_ref": "FX-1", "from": {"amount": 10000, "currency": "GBP"}, "to": {"amount": 11437, "currency": "EUR"}, "fee": {"amount": 50, "currency": "EUR"}, "converted_on": "2026-11-12"}"#,
    status: 201,
    ..Example::DEFAULT
};

types::words! {
    /// Where the money stands, before and after.
    pub enum ConversionCode { Bank = "1000", Processor = "1200" }
}

/// What was changed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewConversion"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ConversionId>,
    /// Fund whose money it is; what was changed for several is one conversion each, under the same reference.
    fund_id: FundId,
    /// `1000` at the bank, `1200` with the processor.
    code: ConversionCode,
    /// Its own reference; recorded once per fund.
    provider_ref: Line<200>,
    /// What was given away, in minor units.
    from: Money,
    /// What came for it, before the fee; or say the rate.
    #[serde(default)]
    to: Option<Money>,
    /// The rate, if the amount is not known.
    #[serde(default)]
    at: Option<At>,
    /// What was kept of what came, in its currency.
    #[serde(default)]
    fee: Option<Money>,
    /// Accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    converted_on: Option<Date>,
}

/// A rate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ConversionRate"))]
pub struct At {
    /// The currency that came.
    currency: Currency,
    /// Units of it for one of what was given away: a decimal number as a string, at most 10 digits on either side.
    rate: String,
}

/// Whether it is digits, and a point with digits after it, at most ten each.
pub(crate) fn is_rate(text: &str) -> bool {
    let digits =
        |part: &str| (1..=10).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}

async fn convert(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, fund_id, code, provider_ref, from, to, at, fee, converted_on } = req.json()?;
    let (currency, to_minor, rate) = match (to, at) {
        (Some(to), None) if to.minor() > 0 => (to.currency(), Some(to.minor()), None),
        (Some(_), None) => {
            return Err(Problem::invalid("/to/amount", "must be at least 1 minor unit"));
        }
        (None, Some(At { currency, rate })) if is_rate(&rate) => (currency, None, Some(rate)),
        (None, Some(_)) => {
            let detail = "must be a decimal number, at most 10 digits before and after the point";
            return Err(Problem::invalid("/at/rate", detail));
        }
        _ => return Err(Problem::invalid("/to", "is needed, or at, and only one of them")),
    };
    let place = if to_minor.is_some() { "/to" } else { "/at" };
    if currency == from.currency() {
        let pointer = format!("{place}/currency");
        return Err(Problem::invalid(pointer, "must be another one than that of from"));
    }
    if from.minor() < 1 {
        return Err(Problem::invalid("/from/amount", "must be at least 1 minor unit"));
    }
    if let Some(fee) = fee {
        if fee.minor() < 0 {
            return Err(Problem::invalid("/fee/amount", "must not be negative"));
        }
        if fee.currency() != currency {
            return Err(Problem::invalid("/fee/currency", "must be the currency that came"));
        }
    }
    let conversion = json!({
        "id": id,
        "fund_id": fund_id,
        "code": code.word(),
        "provider_ref": provider_ref,
        "from_minor": from.minor(),
        "from_currency": from.currency(),
        "to_minor": to_minor,
        "to_currency": currency,
        "rate": rate,
        "fee_minor": fee.map(Money::minor),
        "converted_on": converted_on,
    });
    let invalid = |pointer: String, detail: &'static str| move || Problem::invalid(pointer, detail);
    let params = (req.required_key()?, conversion, req.actor()?, req.id().to_owned());
    let converted = post(req, db, &CONVERT, params)
        .await
        .on_constraint("journals_source_key", || {
            Problem::already_recorded("conversion already recorded")
        })
        .on_constraint("conversions_provider_ref_key", || {
            Problem::already_recorded(
                "a conversion with this provider_ref is already recorded for the fund",
            )
        })
        .on_constraint("conversions_fund_id_fkey", invalid("/fund_id".into(), "names no fund"))
        .on_constraint(
            "conversions_from_currency_fkey",
            invalid("/from/currency".into(), "is not a currency that our books take"),
        )
        .on_constraint(
            "conversions_to_currency_fkey",
            invalid(format!("{place}/currency"), "is not a currency that our books take"),
        )
        .on_constraint(
            "conversions_to_minor_range",
            invalid("/at/rate".into(), "makes less than one minor unit, or more than money can be"),
        )
        .on_constraint(
            "conversions_rate_range",
            invalid("/to/amount".into(), "is too little for a rate of ten decimal places"),
        );
    books(converted)?.created(req, Problem::not_found("conversion"))
}
