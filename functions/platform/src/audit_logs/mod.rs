//! Routes of the audit log.
pub mod export;
pub mod list;
pub mod timeline;
