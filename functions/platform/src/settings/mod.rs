//! Routes of settings.
use api::Problem;

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

/// Who may see settings; nobody sees a secret.
pub(crate) const READERS: &[&str] = &["admin", "auditor"];

/// Who may change them.
pub(crate) const WRITERS: &[&str] = &["admin"];

fn key_taken() -> Problem {
    Problem::conflict("another setting has this key")
}
