//! What a message of a payment provider says happened, in our words: what `giving.apply_event` takes.
use serde::Serialize;
use types::{Currency, Date, RefundId, Timestamp};

/// An amount, as the database reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Minor units.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: Currency,
}

/// A due date of a standing promise to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// The processor's own id of the mandate.
    pub mandate_ref: String,
    /// The day it was due.
    pub due_on: Date,
}

/// How far a dispute has come, as its processor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeNews {
    /// The bank asks, no money moves yet.
    Warning,
    /// It asked, and that was all.
    Closed,
    /// The money is held back.
    Opened,
    /// Our evidence is being looked at.
    UnderReview,
    /// The money stays ours.
    Won,
    /// The money is gone.
    Lost,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutNews {
    /// It was sent to our bank.
    Paid,
    /// It did not get there, maybe after it was sent.
    Failed,
}

/// Something that happened at a processor. `payment_refs` are all names that it has for the payment, ours first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind")]
pub enum Fact {
    /// A payment arrived.
    #[serde(rename = "charge.settled")]
    Settled {
        /// The payment.
        payment_refs: Vec<String>,
        /// What it was collected for, if for a standing promise.
        #[serde(flatten)]
        promise: Option<Promise>,
        /// All that was captured.
        #[serde(flatten)]
        sum: Sum,
        /// What the processor kept, if it says so here.
        fee_minor: Option<i64>,
        /// In which currency.
        fee_currency: Option<Currency>,
        /// When.
        at: Option<Timestamp>,
    },
    /// A payment failed.
    #[serde(rename = "charge.failed")]
    Failed {
        /// The payment.
        payment_refs: Vec<String>,
        /// What it was collected for, if for a standing promise.
        #[serde(flatten)]
        promise: Option<Promise>,
        /// Why.
        reason: Option<String>,
    },
    /// A refund has left.
    #[serde(rename = "refund.settled")]
    Refunded(Refund),
    /// A refund failed, maybe after it had left.
    #[serde(rename = "refund.failed")]
    RefundFailed(Refund),
    /// A contributor's bank takes a payment back.
    #[serde(rename = "dispute")]
    Dispute {
        /// The payment.
        payment_refs: Vec<String>,
        /// The processor's own id of the dispute.
        dispute_ref: String,
        /// How far it has come.
        status: DisputeNews,
        /// What is held back.
        #[serde(flatten)]
        sum: Sum,
        /// What the processor charges for it.
        fee_minor: i64,
        /// What of that it gives back.
        fee_returned_minor: i64,
        /// Why, as the bank says.
        reason: String,
        /// Last day for evidence.
        respond_by: Option<Date>,
        /// When.
        at: Option<Timestamp>,
    },
    /// Money on its way to our bank.
    #[serde(rename = "payout")]
    Payout {
        /// The processor's own id of the payout.
        payout_ref: String,
        /// What became of it.
        status: PayoutNews,
        /// How much; negative: the processor takes money back.
        #[serde(flatten)]
        sum: Sum,
        /// Day it should be in the bank.
        arrives_on: Option<Date>,
        /// Why it failed.
        reason: Option<String>,
        /// When.
        at: Option<Timestamp>,
    },
    /// A standing promise ended at the processor.
    #[serde(rename = "mandate.ended")]
    MandateEnded(Ending),
    /// A standing promise cannot be collected any more.
    #[serde(rename = "mandate.failed")]
    MandateFailed(Ending),
    /// A fee by itself.
    #[serde(rename = "fee.charged")]
    Fee {
        /// The payment it was kept from; empty: of a payout or of the account.
        payment_refs: Vec<String>,
        /// The payout it was kept from.
        payout_ref: Option<String>,
        /// The processor's own id of the fee.
        fee_ref: String,
        /// What for.
        fee_kind: &'static str,
        /// How much without VAT; negative: given back.
        #[serde(flatten)]
        sum: Sum,
        /// VAT on it.
        vat_minor: i64,
        /// When.
        at: Option<Timestamp>,
    },
}

/// The end of a standing promise, as its processor tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// The processor's own id of the mandate.
    pub mandate_ref: String,
    /// Why.
    pub reason: Option<String>,
}

/// Money that went back, or should have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// The payment.
    pub payment_refs: Vec<String>,
    /// The processor's own id of the refund.
    pub refund_ref: String,
    /// Ours, if the processor was told and gives it back.
    pub refund_id: Option<RefundId>,
    /// How much.
    #[serde(flatten)]
    pub sum: Sum,
    /// Why it failed.
    pub reason: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Fact {
    /// What it is about: what happens to that may make a refused message right.
    pub fn subject(&self) -> Option<String> {
        match self {
            Fact::Payout { payout_ref, .. } => Some(format!("payout {payout_ref}")),
            Fact::MandateEnded(Ending { mandate_ref, .. })
            | Fact::MandateFailed(Ending { mandate_ref, .. }) => {
                Some(format!("mandate {mandate_ref}"))
            }
            Fact::Fee { payment_refs, payout_ref, .. } => {
                match (payment_refs.first(), payout_ref) {
                    (Some(payment), _) => Some(format!("payment {payment}")),
                    (None, Some(payout)) => Some(format!("payout {payout}")),
                    (None, None) => None,
                }
            }
            Fact::Settled { payment_refs, .. }
            | Fact::Failed { payment_refs, .. }
            | Fact::Dispute { payment_refs, .. }
            | Fact::Refunded(Refund { payment_refs, .. })
            | Fact::RefundFailed(Refund { payment_refs, .. }) => {
                payment_refs.first().map(|payment| format!("payment {payment}"))
            }
        }
    }
}
