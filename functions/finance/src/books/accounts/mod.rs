//! Routes of accounts.
pub mod entries;
pub mod find;
pub mod list;
