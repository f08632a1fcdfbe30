//! Routes of who we are, as it stands on invoices.
pub mod create;
pub mod list;
