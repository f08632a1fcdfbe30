//! Signatures of webhooks for examples, as Stripe makes them: a signature is of the moment, and cannot be written down.
use ring::hmac;

use crate::tls::now;

/// Begins what stands for a signature in an example: `{{signature:stripe}}`, or signed so many seconds ago,
/// `{{signature:stripe:301}}`.
const PLACEHOLDER: &str = "{{signature:";

/// Who may send webhooks to a local function, by one secret: Stripe, and a provider that follows Standard Webhooks.
pub(crate) fn secrets(secret: &str) -> String {
    format!("stripe=whsec_{secret},gocardless=whsec_{secret}")
}

/// The signature of `body` that a header's value stands for, with the first secret that `secrets` has for its sender.
/// `None`: it stands for itself.
#[must_use]
pub fn webhook_signature(value: &str, body: &[u8], secrets: &str) -> Option<String> {
    let words = value.strip_prefix(PLACEHOLDER)?.strip_suffix("}}")?;
    let (sender, age) = words.split_once(':').unwrap_or((words, "0"));
    let mut known = secrets.split(',').filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = known.find(|(name, _)| *name == sender)?;
    let at = now().checked_sub(age.parse().ok()?)?.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[at.as_bytes(), body].join(&b'.'));
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("t={at},v1={hex}"))
}
