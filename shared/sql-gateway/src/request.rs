//! What is asked: headers and body.
use hyper::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use crate::refusal::Refusal;

/// How results are written, and how a batch begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) raw_text: bool,
    pub(crate) array_mode: bool,
    pub(crate) isolation: Option<&'static Isolation>,
    pub(crate) read_only: bool,
    pub(crate) deferrable: bool,
}

/// An isolation level as the header names it and as SQL does.
#[derive(Debug)]
pub(crate) struct Isolation {
    pub(crate) header: &'static str,
    sql: &'static str,
}

const ISOLATIONS: [Isolation; 4] = [
    Isolation { header: "ReadUncommitted", sql: "read uncommitted" },
    Isolation { header: "ReadCommitted", sql: "read committed" },
    Isolation { header: "RepeatableRead", sql: "repeatable read" },
    Isolation { header: "Serializable", sql: "serializable" },
];

/// Names of the headers of a batch, which its response repeats.
pub(crate) const ISOLATION: &str = "neon-batch-isolation-level";
pub(crate) const READ_ONLY: &str = "neon-batch-read-only";
pub(crate) const DEFERRABLE: &str = "neon-batch-deferrable";

impl Options {
    /// Only the exact word `true` is true.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Options, Refusal> {
        let is = |name: &str| headers.get(name).is_some_and(|value| value == "true");
        let isolation = match headers.get(ISOLATION) {
            None => None,
            Some(asked) => {
                let found = ISOLATIONS.iter().find(|isolation| asked == isolation.header);
                Some(found.ok_or_else(|| Refusal::bad("invalid isolation level"))?)
            }
        };
        Ok(Options {
            raw_text: is("neon-raw-text-output"),
            array_mode: is("neon-array-mode"),
            isolation,
            read_only: is(READ_ONLY),
            deferrable: is(DEFERRABLE),
        })
    }

    /// The statement that opens a batch.
    pub(crate) fn begin(&self) -> String {
        let mut sql = String::from("begin");
        if let Some(isolation) = self.isolation {
            sql.push_str(" isolation level ");
            sql.push_str(isolation.sql);
        }
        if self.read_only {
            sql.push_str(" read only");
        }
        if self.deferrable {
            sql.push_str(" deferrable");
        }
        sql
    }
}

/// A statement and its parameters, as text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    pub(crate) query: String,
    #[serde(default)]
    params: Vec<Value>,
    pub(crate) array_mode: Option<bool>,
}

/// What one request holds.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    Single(Query),
    Batch { queries: Vec<Query> },
}

impl Payload {
    pub(crate) fn of(body: &[u8]) -> Result<Payload, Refusal> {
        let wrong = |e| Refusal::bad(format!("could not parse the HTTP request body: {e}"));
        serde_json::from_slice(body).map_err(wrong)
    }

    pub(crate) fn queries(&self) -> &[Query] {
        match self {
            Payload::Single(query) => std::slice::from_ref(query),
            Payload::Batch { queries } => queries,
        }
    }
}

impl Query {
    /// Strings as they are, null as null, everything else as its JSON text; arrays as array literals
    /// whose strings are escaped as in JSON, as Neon's endpoint does.
    pub(crate) fn parameters(&self) -> impl ExactSizeIterator<Item = Option<String>> {
        self.params.iter().map(|value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Array(_) => Some(element(value)),
            other => Some(other.to_string()),
        })
    }
}

fn element(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(element).collect();
            format!("{{{}}}", values.join(","))
        }
        Value::Object(_) => Value::String(value.to_string()).to_string(),
        other => other.to_string(),
    }
}
