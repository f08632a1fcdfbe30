//! What Stripe's events come to in our words.
use serde_json::{Value, json};

use crate::webhooks::read;

fn stripe(kind: &str, object: Value) -> Value {
    let event = json!({ "id": "evt_1", "type": kind, "created": 1_795_348_800, "data": { "object": object } });
    match read("stripe", event.to_string().as_bytes()) {
        Ok(fact) => serde_json::to_value(fact).unwrap(),
        Err(why) => json!(why.to_string()),
    }
}

fn with(object: &Value, more: Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

#[test]
fn payments() {
    let at = "2026-11-22T12:00:00Z";
    let intent = json!({ "id": "pi_1", "amount_received": 2500, "currency": "gbp", "latest_charge": "ch_1" });
    let charge = json!({
        "id": "ch_1", "payment_intent": "pi_1", "status": "succeeded", "captured": true, "amount_captured": 2500,
        "currency": "gbp", "balance_transaction": { "id": "txn_1", "fee": 58, "currency": "gbp" },
    });
    let settled = json!({
        "kind": "charge.settled", "payment_refs": ["pi_1", "ch_1"], "amount_minor": 2500, "currency": "GBP",
        "fee_minor": null, "fee_currency": null, "at": at,
    });
    let with_fee = with(&settled, json!({ "fee_minor": 58, "fee_currency": "GBP" }));

    assert_eq!(stripe("payment_intent.succeeded", intent.clone()), settled);
    assert_eq!(
        stripe("payment_intent.succeeded", with(&intent, json!({ "latest_charge": charge }))),
        with_fee
    );
    assert_eq!(stripe("charge.succeeded", charge.clone()), with_fee);
    assert_eq!(stripe("charge.updated", charge.clone()), with_fee);
    assert_eq!(
        stripe("charge.succeeded", with(&charge, json!({ "captured": false }))),
        Value::Null
    );
    assert_eq!(
        stripe(
            "payment_intent.payment_failed",
            json!({ "id": "pi_1", "last_payment_error": { "message": "No." } })
        ),
        json!({ "kind": "charge.failed", "payment_refs": ["pi_1"], "reason": "No." })
    );
    assert_eq!(stripe("customer.updated", json!({ "id": "cus_1" })), Value::Null);
    let wrong = |more: Value| stripe("payment_intent.succeeded", with(&intent, more)).to_string();
    assert!(
        wrong(json!({ "amount_received": 25.5 })).contains("no whole number in amount_received")
    );
    assert!(wrong(json!({ "amount_received": 0 })).contains("an amount of 0"));
    assert!(wrong(json!({ "currency": "xxq" })).contains("currency"));
}

#[test]
fn refunds_disputes_and_payouts() {
    let refund = json!({
        "id": "re_1", "payment_intent": "pi_1", "charge": "ch_1", "amount": 900, "currency": "gbp", "status": "succeeded",
        "metadata": { "refund_id": "018f0000-0000-7000-8000-000000000001" },
    });
    let dispute = json!({
        "id": "dp_1", "payment_intent": null, "charge": "ch_1", "amount": 2500, "currency": "gbp", "reason": "fraudulent",
        "status": "needs_response", "evidence_details": { "due_by": 1_796_000_000 },
        "balance_transactions": [{ "fee": 2000, "amount": -2500 }],
    });
    let payout = json!({
        "id": "po_1", "amount": -40, "currency": "eur", "arrival_date": 1_795_392_000, "failure_code": "account_closed",
    });
    let status = |status: &str| with(&refund, json!({ "status": status }));

    let settled = stripe("refund.updated", refund.clone());
    assert_eq!(settled["kind"], "refund.settled");
    assert_eq!(settled["refund_id"], "018f0000-0000-7000-8000-000000000001");
    assert_eq!(stripe("refund.failed", status("failed"))["kind"], "refund.failed");
    assert_eq!(stripe("charge.refund.updated", status("canceled"))["kind"], "refund.failed");
    assert_eq!(stripe("refund.created", status("pending")), Value::Null);
    assert_eq!(
        stripe("charge.dispute.created", dispute.clone()),
        json!({
            "kind": "dispute", "payment_refs": ["ch_1"], "dispute_ref": "dp_1", "status": "opened", "amount_minor": 2500,
            "currency": "GBP", "fee_minor": 2000, "fee_returned_minor": 0, "reason": "fraudulent",
            "respond_by": "2026-11-30", "at": "2026-11-22T12:00:00Z",
        })
    );
    for (theirs, ours) in [
        ("warning_needs_response", "warning"),
        ("warning_closed", "closed"),
        ("under_review", "under_review"),
        ("won", "won"),
        ("lost", "lost"),
    ] {
        let read = stripe("charge.dispute.closed", with(&dispute, json!({ "status": theirs })));
        assert_eq!(read["status"], ours);
    }
    let failed = stripe("payout.failed", payout.clone());
    assert_eq!(
        (&failed["status"], &failed["reason"]),
        (&json!("failed"), &json!("account_closed"))
    );
    let paid = stripe("payout.paid", payout);
    assert_eq!((&paid["amount_minor"], &paid["arrives_on"]), (&json!(-40), &json!("2026-11-23")));
}
