//! Events of Stripe (docs.stripe.com/api/events, read 2026-08-01), as far as they move money.
//!
//! An event carries its object as it was when the event was made, events come in any order, and several tell of one thing:
//! the same fact twice is the same to the books. Amounts are in the smallest unit of their currency.
use serde::Deserialize;
use serde_json::Value;
use types::{Currency, Date, Timestamp};

use super::{
    Head, Unreadable,
    fact::{DisputeNews, Ending, Fact, PayoutNews, Promise, Refund},
    is_name, positive,
    standard::{promise, reason},
    sum,
};

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: Option<i64>,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    object: Value,
}

pub(super) fn head(payload: &[u8]) -> Result<Head, (&'static str, &'static str)> {
    let event: Event = serde_json::from_slice(payload)
        .map_err(|_| ("", "must be an event of Stripe with id, type and data"))?;
    if !is_name(&event.id) {
        return Err(("/id", "must be 1 to 200 characters"));
    }
    if !is_name(&event.kind) {
        return Err(("/type", "must be 1 to 200 characters"));
    }
    Ok(Head { id: event.id, kind: event.kind, at: event.created.and_then(moment) })
}

pub(super) fn read(payload: &[u8]) -> Result<Option<Fact>, Unreadable> {
    let event: Event =
        serde_json::from_slice(payload).map_err(|e| Unreadable::new(e.to_string()))?;
    let (object, at) = (&event.data.object, event.created.and_then(moment));
    let fact = match event.kind.as_str() {
        "payment_intent.succeeded" => {
            let charge = &object["latest_charge"];
            settled(
                object,
                "amount_received",
                [object, charge],
                &charge["balance_transaction"],
                at,
            )?
        }
        "charge.succeeded" | "charge.captured" | "charge.updated" => {
            // An authorisation succeeds too; its money comes with the capture.
            if object["status"] != "succeeded" || object["captured"] == false {
                return Ok(None);
            }
            let payment = [&object["payment_intent"], object];
            settled(object, "amount_captured", payment, &object["balance_transaction"], at)?
        }
        "payment_intent.payment_failed" | "payment_intent.canceled" => {
            let why = text(object, "/last_payment_error/message");
            let why = why.or_else(|| text(object, "/cancellation_reason"));
            Fact::Failed {
                payment_refs: names([object, &object["latest_charge"]])?,
                promise: promised(object)?,
                reason: why,
            }
        }
        "charge.failed" => Fact::Failed {
            promise: promised(object)?,
            payment_refs: names([&object["payment_intent"], object])?,
            reason: text(object, "/failure_message"),
        },
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            let refund = refund(object, at)?;
            match object["status"].as_str() {
                Some("succeeded") => Fact::Refunded(refund),
                Some("failed" | "canceled") => Fact::RefundFailed(refund),
                _ => return Ok(None),
            }
        }
        kind if kind.starts_with("charge.dispute.") => {
            let status = match object["status"].as_str() {
                Some("warning_needs_response" | "warning_under_review") => DisputeNews::Warning,
                Some("warning_closed") => DisputeNews::Closed,
                Some("needs_response") => DisputeNews::Opened,
                Some("under_review") => DisputeNews::UnderReview,
                Some("won") => DisputeNews::Won,
                Some("lost") => DisputeNews::Lost,
                _ => return Ok(None),
            };
            dispute(object, status, at)?
        }
        // Stripe ends a subscription for good in one way, whoever wanted it; a mandate it only ever calls inactive.
        "customer.subscription.deleted" => {
            let why = text(object, "/cancellation_details/reason");
            let ending = ending(object, why)?;
            match ending.reason.as_deref() {
                Some("payment_failed" | "payment_disputed") => Fact::MandateFailed(ending),
                _ => Fact::MandateEnded(ending),
            }
        }
        "mandate.updated" if object["status"] == "inactive" => {
            Fact::MandateFailed(ending(object, Some("The mandate is inactive.".to_owned()))?)
        }
        "payout.paid" => payout(object, PayoutNews::Paid, at)?,
        "payout.failed" | "payout.canceled" => payout(object, PayoutNews::Failed, at)?,
        _ => return Ok(None),
    };
    Ok(Some(fact))
}

fn settled(
    object: &Value,
    amount: &str,
    payment: [&Value; 2],
    transaction: &Value,
    at: Option<Timestamp>,
) -> Result<Fact, Unreadable> {
    // The fee is in the balance transaction, which is there only if the endpoint asks for it.
    let fee = transaction["fee"].as_i64().filter(|fee| *fee > 0);
    Ok(Fact::Settled {
        promise: promised(object)?,
        payment_refs: names(payment)?,
        sum: positive(minor(object, amount)?, currency(object)?)?,
        fee_minor: fee,
        fee_currency: fee.map(|_| currency(transaction)).transpose()?,
        at,
    })
}

/// Whoever makes a payment for a due date says so in its metadata, which Stripe copies to the charge. The payments of
/// Stripe's own subscriptions are not read: their days are Stripe's, and no message names the one that we expect.
fn promised(object: &Value) -> Result<Option<Promise>, Unreadable> {
    let due_on = text(object, "/metadata/due_on").map(|day| {
        day.parse().map_err(|_| Unreadable::new("metadata.due_on is not a day (YYYY-MM-DD)"))
    });
    promise(text(object, "/metadata/mandate_ref"), due_on.transpose()?)
}

/// Named as whoever made it says in its metadata, else by its own id.
fn ending(object: &Value, reason: Option<String>) -> Result<Ending, Unreadable> {
    let named = text(object, "/metadata/mandate_ref").filter(|name| is_name(name));
    Ok(Ending { mandate_ref: named.map_or_else(|| own_id(object), Ok)?, reason })
}

fn refund(object: &Value, at: Option<Timestamp>) -> Result<Refund, Unreadable> {
    Ok(Refund {
        payment_refs: names([&object["payment_intent"], &object["charge"]])?,
        refund_ref: own_id(object)?,
        refund_id: text(object, "/metadata/refund_id").and_then(|id| id.parse().ok()),
        sum: positive(minor(object, "amount")?, currency(object)?)?,
        reason: text(object, "/failure_reason"),
        at,
    })
}

fn dispute(object: &Value, status: DisputeNews, at: Option<Timestamp>) -> Result<Fact, Unreadable> {
    let fees = object["balance_transactions"].as_array().into_iter().flatten();
    let fees: Vec<i64> = fees.filter_map(|transaction| transaction["fee"].as_i64()).collect();
    Ok(Fact::Dispute {
        payment_refs: names([&object["payment_intent"], &object["charge"]])?,
        dispute_ref: own_id(object)?,
        status,
        sum: positive(minor(object, "amount")?, currency(object)?)?,
        fee_minor: fees.iter().filter(|fee| **fee > 0).sum(),
        fee_returned_minor: fees
            .iter()
            .filter(|fee| **fee < 0)
            .map(|fee| fee.saturating_neg())
            .sum(),
        reason: reason(text(object, "/reason")),
        respond_by: object.pointer("/evidence_details/due_by").and_then(day),
        at,
    })
}

fn payout(object: &Value, status: PayoutNews, at: Option<Timestamp>) -> Result<Fact, Unreadable> {
    let why = text(object, "/failure_message").or_else(|| text(object, "/failure_code"));
    Ok(Fact::Payout {
        payout_ref: own_id(object)?,
        status,
        sum: sum(minor(object, "amount")?, currency(object)?)?,
        arrives_on: day(&object["arrival_date"]),
        reason: why,
        at,
    })
}

/// The id of an object, which may stand for itself or be there whole.
fn id(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["id"].as_str()).filter(|id| is_name(id))
}

fn names(payment: [&Value; 2]) -> Result<Vec<String>, Unreadable> {
    let names: Vec<String> = payment.into_iter().filter_map(id).map(str::to_owned).collect();
    if names.is_empty() { Err(Unreadable::new("no payment")) } else { Ok(names) }
}

fn own_id(object: &Value) -> Result<String, Unreadable> {
    id(object).map(str::to_owned).ok_or_else(|| Unreadable::new("no id"))
}

fn minor(object: &Value, name: &str) -> Result<i64, Unreadable> {
    object[name].as_i64().ok_or_else(|| Unreadable::new(format!("no whole number in {name}")))
}

/// Stripe writes them small.
fn currency(object: &Value) -> Result<Currency, Unreadable> {
    let code = object["currency"].as_str().unwrap_or_default().to_ascii_uppercase();
    code.parse().map_err(|e| Unreadable::new(format!("currency {e}")))
}

fn text(object: &Value, pointer: &str) -> Option<String> {
    object.pointer(pointer)?.as_str().map(str::to_owned)
}

fn moment(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

/// The day of a moment in UTC, as Stripe means its days.
fn day(value: &Value) -> Option<Date> {
    moment(value.as_i64()?)?.to_string().get(..10)?.parse().ok()
}
