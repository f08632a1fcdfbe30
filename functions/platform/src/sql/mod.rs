//! The row types and statements of the platform domain.
pub mod audit_logs;
pub mod settings;
