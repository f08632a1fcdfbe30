//! What payment providers tell us: taken in by a route, read here, acted on by a job.
pub mod fact;
pub mod list;
pub mod receive;
pub mod retry;
pub mod signature;
mod standard;
mod stripe;

use std::{error, fmt};

use types::{Currency, Timestamp};

use fact::{Fact, Sum};

/// The provider whose own scheme and words we know; every other one speaks Standard Webhooks and ours.
const STRIPE: &str = "stripe";

/// Who says what, and when: enough to take a message in without reading all of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// The sender's own id of the message.
    pub id: String,
    /// What it says happened, in the sender's words.
    pub kind: String,
    /// When.
    pub at: Option<Timestamp>,
}

/// A message that cannot be acted on as it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    fn new(why: impl Into<String>) -> Unreadable {
        Unreadable(why.into())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message cannot be read: {}", self.0)
    }
}

impl error::Error for Unreadable {}

/// What a message says, in our words; `None` if it is about nothing that we keep books of.
///
/// # Errors
/// It is not what its provider sends.
pub fn read(provider: &str, payload: &[u8]) -> Result<Option<Fact>, Unreadable> {
    if provider == STRIPE { stripe::read(payload) } else { standard::read(payload) }
}

/// The part of a message that says which one it is.
///
/// # Errors
/// Where something is missing, as a JSON pointer, and what.
pub fn head(
    provider: &str,
    id: &str,
    payload: &[u8],
) -> Result<Head, (&'static str, &'static str)> {
    if provider == STRIPE { stripe::head(payload) } else { standard::head(id, payload) }
}

/// A name that both sides know a thing by fits its column.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 200 && !text.contains('\0')
}

/// An amount that the books can hold.
fn sum(minor: i64, currency: Currency) -> Result<Sum, Unreadable> {
    if minor == 0 || minor.unsigned_abs() > types::Money::MAX_MINOR.unsigned_abs() {
        return Err(Unreadable::new(format!("an amount of {minor} minor units")));
    }
    Ok(Sum { amount_minor: minor, currency })
}

/// The same of something that cannot be negative.
fn positive(minor: i64, currency: Currency) -> Result<Sum, Unreadable> {
    if minor < 0 {
        return Err(Unreadable::new(format!("an amount of {minor} minor units")));
    }
    sum(minor, currency)
}
