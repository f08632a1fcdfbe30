//! Routes of departments: parts of the organisation. Who holds a role in one works there, for as long as the grant says.
use api::{OnConstraint as _, Problem, problem};
use db::Departments;
use types::{DepartmentId, Patch};

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

/// The department of a new contact or lead: the one that was asked for, or the only one of who works in one. Who works in
/// departments makes nothing that belongs to none: they might not see it again.
pub(crate) fn placed(
    own: &Departments,
    wanted: Option<DepartmentId>,
) -> Result<Option<DepartmentId>, Problem> {
    match (own.ids(), wanted) {
        (None, wanted) => Ok(wanted),
        (Some([only]), None) => Ok(Some(*only)),
        (Some(_), None) => {
            Err(Problem::invalid("/department_id", "must name one of the caller's departments"))
        }
        (Some(ids), Some(id)) if ids.contains(&id) => Ok(Some(id)),
        (Some(_), Some(_)) => Err(elsewhere()),
    }
}

/// Refuses to move a contact or lead to where the caller does not work, or to no department.
pub(crate) fn moved(own: &Departments, wanted: &Patch<DepartmentId>) -> Result<(), Problem> {
    match (own.ids(), wanted) {
        (None, _) | (_, Patch::Absent) => Ok(()),
        (Some(ids), Patch::Value(id)) if ids.contains(id) => Ok(()),
        _ => Err(elsewhere()),
    }
}

fn elsewhere() -> Problem {
    Problem::new(
        problem::OTHER_DEPARTMENT,
        "department_id must be one that the caller works in: somebody who works everywhere can move it further",
    )
}
