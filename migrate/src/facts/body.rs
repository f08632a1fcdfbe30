//! The attributes of each kind of object; two facts of one identity are equal if these are.

use serde::Serialize;

/// Attributes by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Body {
    /// A schema has none.
    Schema {},
    /// Privileges that new objects get.
    DefaultAcl(DefaultAcl),
    /// Schema of an extension.
    Extension {
        /// Where its objects are.
        schema: String,
    },
    /// An enum.
    Enum(Enum),
    /// A domain without its checks.
    Domain(Domain),
    /// Definition of a domain's check.
    DomainConstraint {
        /// As printed by `pg_get_constraintdef`.
        definition: String,
        /// False: `not valid`.
        valid: bool,
    },
    /// A composite type.
    Composite(Composite),
    /// A range type.
    Range(Range),
    /// A sequence of its own.
    Sequence(Sequence),
    /// A function.
    Function(Function),
    /// A table without its parts.
    Table(Table),
    /// A column.
    Column(Column),
    /// Default of a column.
    Default {
        /// The expression; none on a partition that drops its parent's default.
        expression: Option<String>,
    },
    /// The column that a sequence goes with.
    SequenceOwner {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// A constraint.
    Constraint(Constraint),
    /// An index.
    Index(Index),
    /// Extended statistics.
    Statistics {
        /// As printed by `pg_get_statisticsobjdef`.
        definition: String,
        /// Target, -1 for the default.
        target: i64,
    },
    /// A view or materialized view.
    Relation(Relation),
    /// A trigger.
    Trigger(Trigger),
    /// State of an inherited trigger: `D`, `R` or `A`.
    TriggerState {
        /// `tgenabled`.
        state: String,
    },
    /// A row security policy.
    Policy(Policy),
    /// An owner.
    Owner {
        /// The role.
        role: String,
    },
    /// Privileges.
    Acl(Acl),
    /// A comment.
    Comment {
        /// Its text.
        text: String,
    },
}

/// Labels of an enum in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enum {
    /// The labels.
    pub labels: Vec<String>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// Type below it.
    pub base: String,
    /// Collation, where it is not the type's.
    pub collation: Option<String>,
    /// Default expression.
    pub default: Option<String>,
    /// Whether it refuses null.
    pub not_null: bool,
}

/// Attributes of a composite type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Composite {
    /// Name, type, and collation where it is not the type's.
    pub attributes: Vec<(String, String, Option<String>)>,
}

/// Range over a subtype.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    /// Type of the bounds.
    pub subtype: String,
    /// Operator class of the bounds, where it is not the type's default.
    pub opclass: Option<String>,
    /// Collation, where it is not the type's.
    pub collation: Option<String>,
    /// Function that subtracts bounds.
    pub subtype_diff: Option<String>,
    /// Name of the multirange type.
    pub multirange: String,
}

/// Parameters of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Data type.
    pub data_type: String,
    /// First value.
    pub start: i64,
    /// Step.
    pub increment: i64,
    /// Smallest value.
    pub min: i64,
    /// Largest value.
    pub max: i64,
    /// How many values a session takes at once.
    pub cache: i64,
    /// Whether it starts again at its end.
    pub cycle: bool,
    /// Whether it is unlogged (PostgreSQL 15 and later).
    pub unlogged: bool,
}

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A plain function.
    Function,
    /// A window function.
    Window,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate,
}

/// One parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// `i`, `o`, `b`, `v` or `t`.
    pub mode: String,
    /// Name, empty if it has none.
    pub name: String,
    /// Type.
    pub data_type: String,
}

/// A function, procedure or aggregate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Which.
    pub kind: FunctionKind,
    /// As printed by `pg_get_functiondef`; `create aggregate …` of an aggregate.
    pub definition: String,
    /// Result type; none for a procedure.
    pub result: Option<String>,
    /// Parameters of every mode.
    pub parameters: Vec<Parameter>,
    /// How many of the input parameters, from the last, have a default.
    pub defaults: i64,
    /// Language.
    pub language: String,
    /// Whether it runs with the rights of its owner.
    pub security_definer: bool,
    /// Whether it sets its own search path.
    pub search_path: bool,
    /// `i`, `s` or `v`.
    pub volatility: String,
    /// The body, to find what it calls.
    #[serde(skip)]
    pub source: String,
}

/// Parent and bound of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Partition {
    /// Partitioned table above it.
    pub parent: String,
    /// `FOR VALUES …` or `DEFAULT`.
    pub bound: String,
}

/// Storage parameters by name.
pub type Settings = Vec<(String, String)>;

/// A table without its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Whether it is unlogged.
    pub unlogged: bool,
    /// Storage parameters, those of its TOAST table with `toast.` before them.
    pub settings: Settings,
    /// Access method, where it is not `heap`.
    pub access_method: Option<String>,
    /// Tablespace, where it is not the database's.
    pub tablespace: Option<String>,
    /// Whether row level security is on.
    pub row_security: bool,
    /// Whether it binds the owner too.
    pub force_row_security: bool,
    /// Partition key of a partitioned table.
    pub partition_by: Option<String>,
    /// Where a partition belongs.
    pub partition: Option<Partition>,
    /// `d`, `n`, `f`, or `i:` and the name of the index.
    pub replica_identity: String,
}

/// What numbers an identity column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `generated always`; else by default.
    pub always: bool,
    /// Name of the sequence.
    pub name: String,
    /// Its parameters.
    pub sequence: Sequence,
}

/// Expression of a generated column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The expression.
    pub expression: String,
    /// False: computed when read (PostgreSQL 18 and later).
    pub stored: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Type with its modifier.
    pub data_type: String,
    /// Collation, where it is not the type's.
    pub collation: Option<String>,
    /// Whether it refuses null.
    pub not_null: bool,
    /// Sequence of an identity column.
    pub identity: Option<Identity>,
    /// Expression of a generated column.
    pub generated: Option<Generated>,
    /// `attstorage`, where it is not the type's.
    pub storage: Option<String>,
    /// Storage of the type.
    pub type_storage: String,
    /// Compression method, where it is set.
    pub compression: Option<String>,
    /// Statistics target, -1 for the default.
    pub statistics: i64,
    /// Planner settings of the column (`n_distinct` …).
    pub settings: Settings,
    /// Whether it comes from the partitioned table above.
    pub inherited: bool,
}

/// What a constraint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// Check.
    Check,
    /// Foreign key.
    ForeignKey,
    /// Primary key.
    PrimaryKey,
    /// Unique.
    Unique,
    /// Exclusion.
    Exclude,
}

/// A constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Constraint {
    /// Which.
    pub kind: ConstraintKind,
    /// As printed by `pg_get_constraintdef`, without deferrability and `NOT VALID`.
    pub definition: String,
    /// Columns it is about.
    pub columns: Vec<String>,
    /// Table a foreign key refers to.
    pub references: Option<String>,
    /// Columns it refers to.
    pub referenced_columns: Vec<String>,
    /// False: `not valid`.
    pub valid: bool,
    /// Whether it can be deferred.
    pub deferrable: bool,
    /// Whether it is deferred at first.
    pub deferred: bool,
    /// Storage parameters of its index; those of an exclusion are in its definition.
    pub settings: Settings,
    /// Whether its table is clustered on its index.
    pub clustered: bool,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// As printed by `pg_get_indexdef`.
    pub definition: String,
    /// Whether it is unique.
    pub unique: bool,
    /// False: what a failed concurrent build left.
    pub valid: bool,
    /// Whether its table is partitioned, so that it cannot be built concurrently.
    pub partitioned: bool,
    /// Plain columns that it begins with.
    pub columns: Vec<String>,
    /// Statistics targets of its expressions by column number.
    pub statistics: Vec<(i64, i64)>,
    /// Whether its table is clustered on it.
    pub clustered: bool,
}

/// A view or materialized view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// The query as printed by `pg_get_viewdef`.
    pub query: String,
    /// Options, and storage parameters of a materialized view.
    pub settings: Settings,
    /// Name, type and collation of every column.
    pub columns: Vec<(String, String, String)>,
    /// Defaults of columns, by name.
    pub defaults: Vec<(String, String)>,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// As printed by `pg_get_triggerdef`.
    pub definition: String,
    /// `tgenabled`: `O`, `D`, `R` or `A`.
    pub state: String,
    /// Whether it is a constraint trigger.
    pub constraint: bool,
}

/// A row security policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// `*`, `r`, `a`, `w` or `d`.
    pub command: String,
    /// False: restrictive.
    pub permissive: bool,
    /// Roles it is for.
    pub roles: Vec<String>,
    /// Expression for existing rows.
    pub using: Option<String>,
    /// Expression for new rows.
    pub check: Option<String>,
}

/// Privileges of one grantee; a `*` follows those that may be passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acl {
    /// Such as `SELECT` or `INSERT*`.
    pub privileges: Vec<String>,
}

/// Privileges that objects made by `role` get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefaultAcl {
    /// Whose objects.
    pub role: String,
    /// Only those in this schema.
    pub schema: Option<String>,
    /// `r`, `S`, `f`, `T` or `n`.
    pub object: String,
    /// Who gets them; `PUBLIC` for everyone.
    pub grantee: String,
    /// What is granted.
    pub granted: Vec<String>,
    /// What PostgreSQL would grant by itself and this takes away.
    pub revoked: Vec<String>,
}
