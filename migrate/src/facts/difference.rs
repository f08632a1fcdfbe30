//! What two databases do not share, for messages.

use std::fmt;

use serde::Serialize;

use super::{Facts, Id};

/// How an object differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the second database has it.
    Added,
    /// Only the first one has it.
    Missing,
    /// Both have it, with other attributes.
    Changed,
}

/// An object that two databases do not share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which.
    pub id: Id,
    /// How.
    pub change: Change,
    /// Attributes in the first database, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Attributes in the second database, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.change {
            Change::Added => write!(f, "+ {}", self.id),
            Change::Missing => write!(f, "- {}", self.id),
            Change::Changed => {
                let (before, after) = (self.before.as_deref(), self.after.as_deref());
                write!(f, "~ {}: {} -> {}", self.id, before.unwrap_or("?"), after.unwrap_or("?"))
            }
        }
    }
}

impl Facts {
    /// What `other` has and `self` has not, and the reverse; the order of columns is no difference.
    #[must_use]
    pub fn differences(&self, other: &Facts) -> Vec<Difference> {
        let text = |body| serde_json::to_string(body).ok();
        let mut found = Vec::new();
        for fact in self.iter() {
            match other.get(&fact.id) {
                None => found.push(Difference {
                    id: fact.id.clone(),
                    change: Change::Missing,
                    before: text(&fact.body),
                    after: None,
                }),
                Some(there) if there.body != fact.body => found.push(Difference {
                    id: fact.id.clone(),
                    change: Change::Changed,
                    before: text(&fact.body),
                    after: text(&there.body),
                }),
                Some(_) => {}
            }
        }
        found.extend(other.iter().filter(|fact| !self.contains(&fact.id)).map(|fact| Difference {
            id: fact.id.clone(),
            change: Change::Added,
            before: None,
            after: text(&fact.body),
        }));
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }
}
