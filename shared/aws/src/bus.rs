//! Events for a bus of EventBridge.
use serde_json::{Value, json};

use crate::{Aws, Error, http};

/// What is put on a bus.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Name of the bus.
    pub bus: &'a str,
    /// Who tells it.
    pub source: &'a str,
    /// What kind of fact.
    pub detail_type: &'a str,
    /// The fact, a JSON object.
    pub detail: &'a str,
}

impl Entry<'_> {
    /// Most entries of one call.
    pub const MOST: usize = 10;
    /// Most bytes of all entries of one call.
    pub const MOST_BYTES: usize = 256 * 1024;

    /// How many of those it takes.
    pub fn bytes(&self) -> usize {
        self.source.len() + self.detail_type.len() + self.detail.len()
    }
}

/// Why one entry was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `MalformedDetail`, `ThrottlingException`, …
    pub code: String,
    /// Whether another attempt may succeed, with the same entry.
    pub for_now: bool,
}

impl Aws {
    /// Puts entries on a bus; says of each, in their order, whether it was taken. At most [`Entry::MOST`] and
    /// [`Entry::MOST_BYTES`].
    ///
    /// # Errors
    /// When AWS is not reached or refuses all of them.
    pub async fn put_events(
        &self,
        entries: &[Entry<'_>],
    ) -> Result<Vec<Result<(), Refused>>, Error> {
        let list: Vec<Value> = entries
            .iter()
            .map(|entry| {
                json!({
                    "EventBusName": entry.bus,
                    "Source": entry.source,
                    "DetailType": entry.detail_type,
                    "Detail": entry.detail,
                })
            })
            .collect();
        let endpoint = http::endpoint("events", &self.region, self.events.as_deref())?;
        let body = json!({ "Entries": list });
        let target = "AWSEvents.PutEvents";
        let answer = self.post(&self.region, &endpoint, "events", target, &body).await?;
        Ok(outcomes(&answer, entries.len()))
    }
}

/// What became of each entry; what the answer does not tell of was not taken.
pub(crate) fn outcomes(answer: &Value, count: usize) -> Vec<Result<(), Refused>> {
    let outcome = |index: usize| {
        let entry = &answer["Entries"][index];
        if entry["EventId"].is_string() {
            return Ok(());
        }
        let code = entry["ErrorCode"].as_str().unwrap_or("no answer").to_owned();
        let for_now = ["ThrottlingException", "InternalFailure", "InternalException", "no answer"]
            .contains(&code.as_str());
        Err(Refused { code, for_now })
    };
    (0..count).map(outcome).collect()
}
