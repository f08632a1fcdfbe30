//! Routes of journals.
pub mod create;
pub mod find;
pub mod list;
pub mod reverse;
