//! Lists in pages, and fields of a partial update.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

use crate::Invalid;

/// How many items a page may have: 1 to 200, 50 when not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit(u8);

/// One page of a list and where the next one starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "{T}Page"))]
#[cfg_attr(feature = "openapi", schemars(extend("required" = ["data", "next_cursor"])))]
pub struct Page<T> {
    /// The items, in the order asked for.
    pub data: Vec<T>,
    /// Passed back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A field of a JSON Merge Patch (RFC 7396): left alone, cleared, or given a value.
///
/// Needs `#[serde(default)]` on the field, since an absent key is an absent change:
///
/// ```
/// # use types::{Line, Patch};
/// #[derive(serde::Deserialize)]
/// struct Input {
///     #[serde(default)]
///     note: Patch<Line<200>>,
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// The key is not there: leave the field as it is.
    #[default]
    Absent,
    /// The key is null: clear the field.
    Null,
    /// The new value.
    Value(T),
}

/// A field of a JSON Merge Patch that can be changed but not cleared: null is refused, an absent key is `None`.
///
/// Needs `#[serde(default)]` on the field, as [`Patch`] does; takes apart as `Input { name: Change(name) }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change<T>(pub Option<T>);

impl Limit {
    /// The fewest items.
    pub const MIN: u8 = 1;
    /// The most items.
    pub const MAX: u8 = 200;

    /// The number of items on a page.
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// What to put after `limit` in SQL: one more than the page has, to see whether another page follows.
    pub const fn with_next(self) -> i64 {
        self.0 as i64 + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl FromStr for Limit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number
            .filter(|number| (Self::MIN..=Self::MAX).contains(number))
            .map(Self)
            .ok_or_else(|| Invalid::new("must be a whole number from 1 to 200"))
    }
}

impl<T> Patch<T> {
    /// The new value, if there is one.
    pub const fn as_value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Whether the field changes: set or cleared.
    pub const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Whether the field stays as it is.
    pub const fn is_absent(&self) -> bool {
        !self.is_present()
    }

    /// Whether to change the field, and to what: two parameters of an `update`.
    pub fn into_parts(self) -> (bool, Option<T>) {
        match self {
            Self::Absent => (false, None),
            Self::Null => (true, None),
            Self::Value(value) => (true, Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

/// An absent field has no form: `skip_serializing_if = "Patch::is_absent"`.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => Err(S::Error::custom("an absent field was not skipped")),
            given => given.as_value().serialize(serializer),
        }
    }
}

impl<T> Change<T> {
    /// Whether the field stays as it is.
    pub const fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

/// As for [`Patch`].
impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            None => Err(S::Error::custom("an absent field was not skipped")),
            Some(given) => given.serialize(serializer),
        }
    }
}

impl<T> Default for Change<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        let value = value.ok_or_else(|| {
            D::Error::custom("must not be null; leave the key out to keep the value")
        })?;
        Ok(Self(Some(value)))
    }
}
