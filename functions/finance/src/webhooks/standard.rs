//! Messages in our own words, from every provider that signs as Standard Webhooks says: `{type, timestamp, data}`.
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use types::{Date, Money, RefundId, Timestamp};

use super::{
    Head, Unreadable,
    fact::{DisputeNews, Ending, Fact, PayoutNews, Promise, Refund},
    is_name, positive, sum,
};
use crate::sql::processors::FeeKind;

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Option<Timestamp>,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Charge {
    payment_ref: String,
    mandate_ref: Option<String>,
    due_on: Option<Date>,
    amount: Money,
    fee: Option<Money>,
}

#[derive(Deserialize)]
struct FailedCharge {
    payment_ref: String,
    mandate_ref: Option<String>,
    due_on: Option<Date>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Returned {
    payment_ref: String,
    refund_ref: String,
    refund_id: Option<RefundId>,
    amount: Money,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Dispute {
    payment_ref: String,
    dispute_ref: String,
    amount: Money,
    fee: Option<Money>,
    fee_returned: Option<Money>,
    reason: Option<String>,
    respond_by: Option<Date>,
}

#[derive(Deserialize)]
struct Payout {
    payout_ref: String,
    amount: Money,
    arrives_on: Option<Date>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Ended {
    mandate_ref: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Fee {
    fee_ref: String,
    #[serde(default = "processing")]
    kind: FeeKind,
    payment_ref: Option<String>,
    payout_ref: Option<String>,
    amount: Money,
    vat: Option<Money>,
}

fn processing() -> FeeKind {
    FeeKind::Processing
}

pub(super) fn head(id: &str, payload: &[u8]) -> Result<Head, (&'static str, &'static str)> {
    let message: Message =
        serde_json::from_slice(payload).map_err(|_| ("", "must be JSON with type and data"))?;
    if !is_name(&message.kind) {
        return Err(("/type", "must be 1 to 200 characters"));
    }
    Ok(Head { id: id.to_owned(), kind: message.kind, at: message.timestamp })
}

pub(super) fn read(payload: &[u8]) -> Result<Option<Fact>, Unreadable> {
    let Message { kind, timestamp: at, data } = of(serde_json::from_slice(payload))?;
    Ok(Some(match kind.as_str() {
        "charge.settled" => {
            let Charge { payment_ref, mandate_ref, due_on, amount, fee } = part(data)?;
            Fact::Settled {
                payment_refs: vec![name(payment_ref)?],
                promise: promise(mandate_ref, due_on)?,
                sum: positive(amount.minor(), amount.currency())?,
                fee_minor: fee.map(Money::minor).filter(|minor| *minor > 0),
                fee_currency: fee.map(Money::currency),
                at,
            }
        }
        "charge.failed" => {
            let FailedCharge { payment_ref, mandate_ref, due_on, reason } = part(data)?;
            let promise = promise(mandate_ref, due_on)?;
            Fact::Failed { payment_refs: vec![name(payment_ref)?], promise, reason }
        }
        "refund.settled" => Fact::Refunded(returned(part(data)?, at)?),
        "refund.failed" => Fact::RefundFailed(returned(part(data)?, at)?),
        "dispute.warned" => dispute(part(data)?, DisputeNews::Warning, at)?,
        "dispute.closed" => dispute(part(data)?, DisputeNews::Closed, at)?,
        "dispute.opened" => dispute(part(data)?, DisputeNews::Opened, at)?,
        "dispute.reviewed" => dispute(part(data)?, DisputeNews::UnderReview, at)?,
        "dispute.won" => dispute(part(data)?, DisputeNews::Won, at)?,
        "dispute.lost" => dispute(part(data)?, DisputeNews::Lost, at)?,
        "payout.paid" => payout(part(data)?, PayoutNews::Paid, at)?,
        "payout.failed" => payout(part(data)?, PayoutNews::Failed, at)?,
        "fee.charged" => fee(part(data)?, at)?,
        "mandate.ended" => Fact::MandateEnded(ending(part(data)?)?),
        "mandate.failed" => Fact::MandateFailed(ending(part(data)?)?),
        _ => return Ok(None),
    }))
}

fn of<T>(read: serde_json::Result<T>) -> Result<T, Unreadable> {
    read.map_err(|e| Unreadable::new(e.to_string()))
}

fn part<T: DeserializeOwned>(data: Value) -> Result<T, Unreadable> {
    of(serde_json::from_value(data))
}

fn name(text: String) -> Result<String, Unreadable> {
    if is_name(&text) {
        Ok(text)
    } else {
        Err(Unreadable::new("a name of 0 or more than 200 bytes"))
    }
}

/// A due date is one of a promise, and a payment for a promise is for one of its due dates.
pub(super) fn promise(
    mandate: Option<String>,
    due_on: Option<Date>,
) -> Result<Option<Promise>, Unreadable> {
    match (mandate, due_on) {
        (None, None) => Ok(None),
        (Some(mandate), Some(due_on)) => Ok(Some(Promise { mandate_ref: name(mandate)?, due_on })),
        _ => Err(Unreadable::new("mandate_ref goes with due_on")),
    }
}

/// A part of an amount is in its currency.
fn minor_of(part: Option<Money>, whole: Money) -> Result<i64, Unreadable> {
    match part {
        Some(part) if part.currency() != whole.currency() || part.minor() < 0 => {
            Err(Unreadable::new(format!("a fee of {} {}", part.minor(), part.currency().as_str())))
        }
        part => Ok(part.map_or(0, Money::minor)),
    }
}

fn ending(told: Ended) -> Result<Ending, Unreadable> {
    Ok(Ending { mandate_ref: name(told.mandate_ref)?, reason: told.reason })
}

fn returned(told: Returned, at: Option<Timestamp>) -> Result<Refund, Unreadable> {
    Ok(Refund {
        payment_refs: vec![name(told.payment_ref)?],
        refund_ref: name(told.refund_ref)?,
        refund_id: told.refund_id,
        sum: positive(told.amount.minor(), told.amount.currency())?,
        reason: told.reason,
        at,
    })
}

fn dispute(told: Dispute, status: DisputeNews, at: Option<Timestamp>) -> Result<Fact, Unreadable> {
    Ok(Fact::Dispute {
        payment_refs: vec![name(told.payment_ref)?],
        dispute_ref: name(told.dispute_ref)?,
        status,
        sum: positive(told.amount.minor(), told.amount.currency())?,
        fee_minor: minor_of(told.fee, told.amount)?,
        fee_returned_minor: minor_of(told.fee_returned, told.amount)?,
        reason: reason(told.reason),
        respond_by: told.respond_by,
        at,
    })
}

/// The column takes 1 to 200 characters.
pub(super) fn reason(text: Option<String>) -> String {
    let text = text.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "not said".to_owned());
    text.chars().filter(|&c| c != '\0').take(200).collect()
}

fn payout(told: Payout, status: PayoutNews, at: Option<Timestamp>) -> Result<Fact, Unreadable> {
    Ok(Fact::Payout {
        payout_ref: name(told.payout_ref)?,
        status,
        sum: sum(told.amount.minor(), told.amount.currency())?,
        arrives_on: told.arrives_on,
        reason: told.reason,
        at,
    })
}

fn fee(told: Fee, at: Option<Timestamp>) -> Result<Fact, Unreadable> {
    let vat = told.vat.unwrap_or(Money::zero(told.amount.currency()));
    if vat.currency() != told.amount.currency()
        || vat.minor().signum() * told.amount.minor().signum() < 0
    {
        return Err(Unreadable::new("VAT of another currency or sign than its fee"));
    }
    Ok(Fact::Fee {
        payment_refs: told.payment_ref.map(name).transpose()?.into_iter().collect(),
        payout_ref: told.payout_ref.map(name).transpose()?,
        fee_ref: name(told.fee_ref)?,
        fee_kind: told.kind.word(),
        sum: sum(told.amount.minor(), told.amount.currency())?,
        vat_minor: vat.minor(),
        at,
    })
}
