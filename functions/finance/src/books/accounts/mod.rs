//! Routes of accounts.
pub mod close;
pub mod create;
pub mod entries;
pub mod find;
pub mod list;
