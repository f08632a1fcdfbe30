//! Whose rows a statement may look at.
use tokio_postgres::types::Type;
use types::{ContactId, DepartmentId};

use crate::{Param, Value};

/// Whose rows a statement may look at: everybody's, or those of one contact. A type of its own, so that a statement
/// about somebody's rows asks for it; it travels as a uuid, null for everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope(Option<ContactId>);

impl Scope {
    /// Everybody's: for who may see them all, and for work that nobody asked for.
    pub const ALL: Scope = Scope(None);

    /// Those of one contact.
    pub const fn own(contact: ContactId) -> Scope {
        Scope(Some(contact))
    }
}

impl Param for Scope {
    const SCOPE: bool = true;

    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        out.push((&self.0, Type::UUID));
    }
    fn types(out: &mut Vec<Type>) {
        out.push(Type::UUID);
    }
}

/// Rows of which departments a statement may look at: of all, or of some. A type of its own, as [`Scope`]; it travels as
/// an array of uuids, null for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departments(Option<Vec<DepartmentId>>);

impl Departments {
    /// All of them, and what belongs to none: for who may see everything, and for work that nobody asked for.
    pub const ALL: Departments = Departments(None);

    /// These only.
    pub const fn only(ids: Vec<DepartmentId>) -> Departments {
        Departments(Some(ids))
    }

    /// Which ones; `None`: all.
    pub fn ids(&self) -> Option<&[DepartmentId]> {
        self.0.as_deref()
    }
}

impl Param for Departments {
    const SCOPE: bool = true;

    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        out.push((&self.0, Type::UUID_ARRAY));
    }
    fn types(out: &mut Vec<Type>) {
        out.push(Type::UUID_ARRAY);
    }
}
