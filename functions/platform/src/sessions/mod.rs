//! Routes of open logins.
pub mod list;
pub mod revoke;
