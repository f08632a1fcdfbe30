//! Routes of funds.
pub mod close;
pub mod create;
pub mod find;
pub mod list;
pub mod statement;
