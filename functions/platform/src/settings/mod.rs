//! Routes of settings: what operators change without a release. docs/settings.md lists them.
use api::{Problem, Request, Resource};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, LocalizedText, Timestamp};

pub mod find;
pub mod history;
pub mod list;
pub mod registry;
pub mod reset;
pub mod set;

use crate::sql::settings::Stored;
use registry::Known;

/// What the registry knows of a setting, and what it stands at.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Setting {
    /// Name, dotted.
    key: &'static str,
    /// What it stands at; null for a secret, which is never shown, and for what has no default.
    value: Option<Value>,
    /// What it stands at while nobody sets it.
    default: Option<Value>,
    /// Whether nobody has set it, or it was reset.
    is_default: bool,
    /// Whether the value is kept from every reader.
    is_secret: bool,
    /// What a value may be, as JSON Schema.
    schema: Value,
    /// What a number counts.
    unit: Option<&'static str>,
    /// What it does.
    description: LocalizedText<500>,
    /// The domain that reads it.
    read_by: &'static str,
    /// When it was set or reset last; null: never.
    updated_at: Option<Timestamp>,
    /// Who did that; null: nobody, or the system.
    updated_by: Option<ContactId>,
    /// Counts changes; 0: nobody has ever set it. The number in the ETag.
    version: i32,
}

impl Resource for Setting {
    fn id(&self) -> String {
        self.key.to_owned()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["description"];
}

impl Setting {
    /// A setting of the registry with the row that it has, if it has one.
    fn new(known: &'static Known, stored: Option<Stored>) -> Setting {
        let default = known.kind.default();
        let default = (!default.is_null()).then_some(default);
        let (is_set, set) = match &stored {
            Some(row) if row.is_set => (true, row.value.clone()),
            _ => (false, None),
        };
        let value = if is_set { set } else { default.clone() };
        Setting {
            key: known.key,
            value: value.filter(|_| !known.secret),
            default,
            is_default: !is_set,
            is_secret: known.secret,
            schema: known.kind.schema(),
            unit: Some(known.unit).filter(|unit| !unit.is_empty()),
            description: words(known),
            read_by: known.read_by,
            updated_at: stored.as_ref().map(|row| row.updated_at),
            updated_by: stored.as_ref().and_then(|row| row.updated_by),
            version: stored.map_or(0, |row| row.version),
        }
    }
}

/// The registry's words; a test reads every one of them.
fn words(known: &Known) -> LocalizedText<500> {
    LocalizedText::new(known.german, known.english).expect("words of the registry")
}

/// The setting that the path names.
fn named(req: &Request) -> Result<&'static Known, Problem> {
    let key: String = req.path("key")?;
    registry::find(&key).ok_or_else(|| Problem::not_found("setting"))
}
