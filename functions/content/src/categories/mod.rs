//! Routes of categories.
use api::{OnConstraint as _, Problem};

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

fn slug_taken() -> Problem {
    Problem::conflict("another category has this slug")
}

/// What the database refuses of a category's values, for those who write them.
fn refused<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("categories_slug_key", slug_taken)
        .on_constraint("categories_parent_id_fkey", || {
            Problem::invalid("/parent_id", "names no category")
        })
        .on_constraint("categories_parent_acyclic", || {
            Problem::invalid("/parent_id", "must not be the category itself or one below it")
        })
}
