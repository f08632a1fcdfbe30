//! Routes of refunds.
pub mod create;
pub mod list;
