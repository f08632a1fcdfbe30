//! Routes of journals.
pub mod find;
pub mod list;
