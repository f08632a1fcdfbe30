//! Routes of funds.
pub mod find;
pub mod list;
pub mod statement;
