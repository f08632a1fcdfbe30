//! Routes of contributions.
pub mod create;
pub mod find;
pub mod list;
