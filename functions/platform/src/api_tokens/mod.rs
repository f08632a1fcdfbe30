//! Routes of api tokens: what programs act with on behalf of a contact.
pub mod create;
pub mod exchange;
pub mod list;
pub mod revoke;
