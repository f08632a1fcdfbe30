//! Routes of projects.
use api::{OnConstraint as _, Problem};

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

types::words! {
    /// What kind of project it is.
    pub enum ProjectKind { Community = "community", Renovation = "renovation" }
}

types::words! {
    /// Where a project stands.
    pub enum ProjectStatus {
        Draft = "draft",
        Submitted = "submitted",
        Approved = "approved",
        Funding = "funding",
        Delivering = "delivering",
        Completed = "completed",
        Rejected = "rejected",
        Cancelled = "cancelled",
    }
}

fn slug_taken() -> Problem {
    Problem::conflict("another project has this slug")
}

/// What the database refuses of a project's values, for those who write them.
fn refused<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("projects_slug_key", slug_taken)
        .on_constraint("projects_theme_id_fkey", || {
            Problem::invalid("/theme_id", "names no funding theme")
        })
        .on_constraint("projects_target_minor_range", || {
            Problem::invalid("/target/amount", "must be at least 1 minor unit")
        })
        .on_constraint("funding_stages_target_total", || {
            Problem::conflict("the project's funding stages do not add up to its target")
        })
        .on_constraint("projects_planned_order", || {
            Problem::invalid("/planned_end", "must not be before planned_start")
        })
}
