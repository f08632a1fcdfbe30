//! Moments and calendar days: `jiff`'s types, so that every crate means the same by them.
//!
//! On the wire a [`Timestamp`] is RFC 3339 in UTC (`2026-11-21T09:30:00Z`) and a [`Date`] is `2026-11-21`; in PostgreSQL
//! they are `timestamptz` and `date`.

pub use jiff::Timestamp;
pub use jiff::civil::Date;
