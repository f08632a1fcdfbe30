//! An event as it travels over a bus of EventBridge, which starts the function that takes it with a document of its own.
use db::events::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::Timestamp;
use uuid::Uuid;

use crate::Failed;

/// The variable with the name of the bus; `off`: there is none, and events stay where they are.
pub const BUS: &str = "ARUURI_EVENT_BUS";

/// What is ours in the document; the topic is its `detail-type`.
#[derive(Serialize, Deserialize)]
struct Detail {
    id: Uuid,
    aggregate_type: String,
    aggregate_id: Uuid,
    occurred_at: Timestamp,
    position: i64,
    payload: Value,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "detail-type")]
    topic: String,
    detail: Detail,
}

/// The `detail` of an event, as JSON.
pub fn detail(event: &Event) -> String {
    let Event { id, aggregate_type, aggregate_id, payload, occurred_at, position, .. } =
        event.clone();
    let detail = Detail { id, aggregate_type, aggregate_id, occurred_at, position, payload };
    serde_json::to_string(&detail).unwrap_or_default()
}

/// The event in what EventBridge starts a function with.
pub(crate) fn event(document: &Value) -> Result<Event, Failed> {
    // What does not fit may hold personal data: the error says where, never what.
    let Document { topic, detail } = Document::deserialize(document)
        .map_err(|_| "this is no document of EventBridge with an event of ours in `detail`")?;
    let Detail { id, aggregate_type, aggregate_id, occurred_at, position, payload } = detail;
    Ok(Event { id, topic, aggregate_type, aggregate_id, payload, occurred_at, position })
}
