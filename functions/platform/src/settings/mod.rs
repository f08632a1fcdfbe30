//! Routes of settings.
use api::Problem;

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

fn key_taken() -> Problem {
    Problem::conflict("another setting has this key")
}
