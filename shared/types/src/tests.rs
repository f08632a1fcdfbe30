//! What the types take, what they refuse and with which words.

use serde::de::DeserializeOwned;
use serde_json::Value;

mod id;
mod localized;
mod money;
mod negotiate;
#[cfg(feature = "openapi")]
mod openapi;
mod page;
mod postgres;
mod text;

/// Reads a value from JSON text; an error without its position.
fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| {
        let text = error.to_string();
        text.split(" at line").next().unwrap().to_owned()
    })
}

/// Reads a value from a JSON string with this content.
fn read_str<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    read(&Value::from(text).to_string())
}
