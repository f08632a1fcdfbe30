//! What a database holds, object by object, as its catalogs say it: comparable with another one's, and enough to make
//! it again.
//!
//! Every text in a fact was printed by PostgreSQL itself with an empty search path, so that two databases of one
//! server agree exactly if they would behave alike. Facts of different major versions are not comparable.
//!
//! What this module does not do: read rows, or decide how to come from one state to another (see [`crate::plan`]).

mod body;
mod difference;
mod id;
mod inspect;
mod read;
mod rolling;
mod tables;
mod unmodelled;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use body::{
    Acl, Body, Column, Composite, Constraint, ConstraintKind, DefaultAcl, Domain, Enum, Function,
    FunctionKind, Generated, Identity, Index, Parameter, Partition, Policy, Range, Relation,
    Sequence, Settings, Table, Trigger,
};
pub use difference::{Change, Difference};
pub use id::{Id, Kind};
pub use inspect::{inspect, read_in};
#[cfg(any(test, feature = "dev"))]
pub(crate) use rolling::is_rolling_name;
pub use tables::{ForeignKey, TableView};
pub use unmodelled::Unmodelled;

/// One object of a database, or one thing said about an object (comment, privilege, default …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is and what it is called.
    pub id: Id,
    /// The object it lives and dies with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Its canonical attributes.
    pub body: Body,
    /// Objects that must be there before it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub deps: BTreeSet<Id>,
    /// Place among its siblings (columns of a table); never a difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i16>,
}

/// Everything that a database holds, apart from rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Role that read them, and that will run what is planned; objects of other owners say so.
    pub role: String,
    facts: BTreeMap<Id, Fact>,
    unmodelled: Vec<Unmodelled>,
}

impl Facts {
    /// Nothing, as `role` sees it.
    #[must_use]
    pub fn empty(role: &str) -> Facts {
        Facts { role: role.to_owned(), ..Facts::default() }
    }

    /// Objects of kinds that nobody here understands; a plan that passes over them would be wrong, so take any as an error.
    #[must_use]
    pub fn unmodelled(&self) -> &[Unmodelled] {
        &self.unmodelled
    }

    /// Every fact, ordered by kind and name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Fact> {
        self.facts.values()
    }

    /// The fact of this identity.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&Fact> {
        self.facts.get(id)
    }

    /// Whether there is such a fact.
    #[must_use]
    pub fn contains(&self, id: &Id) -> bool {
        self.facts.contains_key(id)
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether the database holds nothing of its own.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    pub(crate) fn insert(&mut self, fact: Fact) {
        self.facts.insert(fact.id.clone(), fact);
    }

    pub(crate) fn get_mut(&mut self, id: &Id) -> Option<&mut Fact> {
        self.facts.get_mut(id)
    }

    pub(crate) fn push_unmodelled(&mut self, unmodelled: Unmodelled) {
        self.unmodelled.push(unmodelled);
    }
}
