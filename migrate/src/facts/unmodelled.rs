//! Objects of kinds that are not understood.

use std::fmt;

use serde::Serialize;

/// An object that facts do not cover: two databases could differ in it unseen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unmodelled {
    /// Kind, for people: `rule`, `foreign table`.
    pub kind: String,
    /// Name.
    pub name: String,
}

impl fmt::Display for Unmodelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
