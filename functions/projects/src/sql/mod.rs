//! The row types and statements of the projects domain.
pub mod projects;
pub mod themes;
