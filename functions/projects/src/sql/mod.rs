//! The row types and statements of the projects domain.
pub mod events;
pub mod projects;
pub mod themes;

/// The statements of every module, for the record that the next release is compared with.
pub const NAMED: &[(&str, db::Named)] =
    &[("events", events::NAMED), ("projects", projects::NAMED), ("themes", themes::NAMED)];
