//! The row types and statements of the content domain.
pub mod categories;
pub mod events;
pub mod posts;

/// The statements of every module, for the record that the next release is compared with.
pub const NAMED: &[(&str, db::Named)] =
    &[("categories", categories::NAMED), ("events", events::NAMED), ("posts", posts::NAMED)];
