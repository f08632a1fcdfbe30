//! Why a value was refused.

use std::borrow::Cow;
use std::fmt;

/// The rule a value broke, as a sentence to put after its name: "must be at most 200 characters".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// States the broken rule; begin with "must" and leave out the field's name and the final dot.
    pub fn new(rule: impl Into<Cow<'static, str>>) -> Invalid {
        Invalid(rule.into())
    }

    /// The sentence, safe to show to the caller.
    pub fn rule(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}
