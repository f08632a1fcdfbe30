//! Routes of the statements of our bank.
pub mod create;
pub mod find;
pub mod list;
