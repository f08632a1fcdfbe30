//! What an object is called.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// What kind of object, in the order in which a new database gets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `create schema`.
    Schema,
    /// `alter default privileges`, one grantee.
    DefaultAcl,
    /// `create extension`.
    Extension,
    /// `create type … as enum`.
    Enum,
    /// `create domain`.
    Domain,
    /// A check of a domain.
    DomainConstraint,
    /// `create type … as (…)`.
    Composite,
    /// `create type … as range`.
    Range,
    /// `create sequence`; those of identity columns are part of their column.
    Sequence,
    /// Function, procedure or aggregate.
    Function,
    /// Table, partitioned table or partition.
    Table,
    /// Column of a table.
    Column,
    /// Default of a column.
    Default,
    /// `owned by` of a sequence.
    SequenceOwner,
    /// Constraint of a table.
    Constraint,
    /// Index that is not a constraint's.
    Index,
    /// `create statistics`.
    Statistics,
    /// `create view`.
    View,
    /// `create materialized view`.
    MatView,
    /// `create trigger`.
    Trigger,
    /// State of a trigger that a partition has from its parent, where it differs from `O`.
    TriggerState,
    /// `create policy`.
    Policy,
    /// Owner, where it is not the role that reads.
    Owner,
    /// Privileges of one grantee on an object or column.
    Acl,
    /// `comment on`.
    Comment,
}

impl Kind {
    /// Name for people, singular.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Schema => "schema",
            Kind::DefaultAcl => "default privileges",
            Kind::Extension => "extension",
            Kind::Enum => "enum",
            Kind::Domain => "domain",
            Kind::DomainConstraint => "domain constraint",
            Kind::Composite => "composite type",
            Kind::Range => "range type",
            Kind::Sequence => "sequence",
            Kind::Function => "function",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Default => "default",
            Kind::SequenceOwner => "owner column of sequence",
            Kind::Constraint => "constraint",
            Kind::Index => "index",
            Kind::Statistics => "statistics",
            Kind::View => "view",
            Kind::MatView => "materialized view",
            Kind::Trigger => "trigger",
            Kind::TriggerState => "state of trigger",
            Kind::Policy => "policy",
            Kind::Owner => "owner",
            Kind::Acl => "privileges",
            Kind::Comment => "comment",
        }
    }
}

/// Identity of a fact; names are as they stand in SQL, quoted where they must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// What it is.
    pub kind: Kind,
    /// What it belongs to: the table of a column, the object a comment is about.
    pub of: Option<Arc<Id>>,
    /// `schema.name` of what lives in a schema, the bare name of a member, the grantee of privileges.
    pub name: Arc<str>,
}

impl Id {
    /// An object that belongs to no other: `app.users`, `app.f(integer)`.
    #[must_use]
    pub fn new(kind: Kind, name: impl Into<Arc<str>>) -> Id {
        Id { kind, of: None, name: name.into() }
    }

    /// A part of another object, or something said about it.
    #[must_use]
    pub fn of(kind: Kind, of: Id, name: impl Into<Arc<str>>) -> Id {
        Id { kind, of: Some(Arc::new(of)), name: name.into() }
    }

    /// A column.
    #[must_use]
    pub fn column(table: &str, name: &str) -> Id {
        Id::of(Kind::Column, Id::new(Kind::Table, table), name)
    }

    /// What it belongs to.
    #[must_use]
    pub fn owner(&self) -> Option<&Id> {
        self.of.as_deref()
    }

    /// Name of what it belongs to; empty if to nothing.
    #[must_use]
    pub fn of_name(&self) -> &str {
        self.of.as_ref().map_or("", |of| &of.name)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.of, self.kind) {
            (Some(of), Kind::Column) => write!(f, "column {}.{}", of.name, self.name),
            (Some(of), Kind::Acl) => write!(f, "privileges of {} on {of}", self.name),
            (Some(of), kind) if self.name.is_empty() => write!(f, "{} of {of}", kind.name()),
            (Some(of), kind) => write!(f, "{} {} of {of}", kind.name(), self.name),
            (None, kind) => write!(f, "{} {}", kind.name(), self.name),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
