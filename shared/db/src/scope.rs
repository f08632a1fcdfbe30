//! Whose rows a statement may look at.
use tokio_postgres::types::Type;
use types::ContactId;

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
