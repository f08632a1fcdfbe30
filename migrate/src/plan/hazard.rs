//! What is dangerous about a change, as data.

use std::fmt;

use serde::Serialize;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// May fail or lock for long, depending on the rows.
    Warning,
    /// Loses data, or breaks the release that is running.
    Error,
}

/// Which danger; the numbers are those of `aruuri migrate lint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// A danger of a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hazard {
    /// Which.
    #[serde(serialize_with = "code")]
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What it means here.
    pub sentence: String,
}

impl Hazard {
    /// A danger with the severity its code has.
    #[must_use]
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Hazard {
        Hazard { code: Code(code), severity: severity(code), sentence: sentence.into() }
    }
}

/// What a code is by default.
fn severity(code: &str) -> Severity {
    match code {
        "AR108" => Severity::Info,
        code if code.starts_with("DS") || code.starts_with("AR") => Severity::Error,
        _ => Severity::Warning,
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.sentence)
    }
}

fn code<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.0)
}
