//! Routes of accounts elsewhere that open the caller's login.
pub mod link;
pub mod list;
pub mod unlink;
