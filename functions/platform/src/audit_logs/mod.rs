//! Routes of the audit log.
pub mod list;
