//! Routes of funding themes.
use api::Problem;

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

types::words! {
    /// Whether a theme takes projects.
    pub enum ThemeStatus { Draft = "draft", Active = "active", Retired = "retired" }
}

fn slug_taken() -> Problem {
    Problem::conflict("another theme has this slug")
}

fn position_out_of_range() -> Problem {
    Problem::invalid("/position", "must be 0 to 9999")
}
