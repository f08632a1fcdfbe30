//! Routes of departments: parts of the organisation. Who holds a role in one works there, for as long as the grant says.
use api::{OnConstraint as _, Problem};

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod members;
pub mod restore;
pub mod update;

types::words! {
    /// How difficult the cases are that a department works on.
    pub enum SkillLevel { Pro = "pro", Basic = "basic" }
}

types::words! {
    /// Whether a department takes work.
    pub enum Status { Active = "active", Inactive = "inactive" }
}

/// What the database refuses of a department; one rule speaks when the change is committed.
fn explained<T>(written: Result<T, Problem>) -> Result<T, Problem> {
    written
        .on_constraint("departments_owner_exact", || {
            Problem::conflict(
                "each skill level with active departments has exactly one owner: make another one the owner first",
            )
        })
        .on_constraint("departments_code_key", || {
            Problem::conflict("another department has this code")
        })
        .on_constraint("departments_code_shape", || {
            Problem::invalid("/code", "must be capitals, digits, _ and -, no sign first")
        })
}
