//! The rule of each kind: leave, alter in place, or replace.

use super::column;
use super::create::{enable_trigger, function, policy_text, replica_identity, set_default};
use super::planner::Planner;
use super::sql::{lower, qualified, sequence_changes, settings_changes, with};
use super::types::{alter_domain, alter_enum};
use crate::facts::{
    Body, Column, Constraint, ConstraintKind, Fact, Function, FunctionKind, Id, Kind, Partition,
    Policy, Relation, Table,
};

/// How an object becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alter {
    /// By these statements.
    InPlace(Vec<String>),
    /// By these statements, which must be committed before anything uses what they add.
    Early(Vec<String>),
    /// Dropped and made again.
    Replace,
    /// A type: made anew beside the old one, to which no column belongs in the end.
    Swap,
}

use Alter::{InPlace, Replace, Swap};

impl Planner<'_> {
    /// What makes `from` the same as `to`, which differ.
    pub(super) fn alter(&self, from: &Fact, to: &Fact) -> Alter {
        let (id, name) = (&to.id, &to.id.name);
        let of = id.of_name();
        match (&from.body, &to.body) {
            (Body::Extension { .. }, Body::Extension { schema }) => {
                InPlace(vec![format!("alter extension {name} set schema {schema}")])
            }
            (Body::Enum(a), Body::Enum(b)) => alter_enum(name, a, b),
            (Body::Domain(a), Body::Domain(b)) => alter_domain(name, a, b),
            (
                Body::DomainConstraint { definition: a, valid: false },
                Body::DomainConstraint { definition: b, valid: true },
            ) if a == b => InPlace(vec![format!("alter domain {of} validate constraint {name}")]),
            (Body::Composite(a), Body::Composite(b)) => self.alter_composite(id, a, b),
            (Body::Range(_), Body::Range(_)) => Swap,
            (Body::Sequence(a), Body::Sequence(b)) => {
                let mut statements: Vec<_> = column::restart(name, a, b).into_iter().collect();
                let options = sequence_changes(a, b);
                if !options.is_empty() {
                    statements.push(format!("alter sequence {name} {}", options.join(" ")));
                }
                if a.unlogged != b.unlogged {
                    let how = if b.unlogged { "unlogged" } else { "logged" };
                    statements.push(format!("alter sequence {name} set {how}"));
                }
                InPlace(statements)
            }
            (Body::Function(a), Body::Function(b)) if can_replace(a, b) => {
                InPlace(vec![function(to, true)])
            }
            (Body::Table(a), Body::Table(b)) => self.alter_table(id, a, b),
            (Body::Column(a), Body::Column(b)) => self.alter_column(id, a, b),
            (Body::Default { .. }, Body::Default { expression }) => {
                InPlace(vec![set_default(of, name, expression.as_deref())])
            }
            (Body::SequenceOwner { .. }, Body::SequenceOwner { .. }) => InPlace(self.create(to)),
            (Body::Constraint(a), Body::Constraint(b)) => alter_constraint(of, name, a, b),
            (Body::Index(a), Body::Index(b)) if a.definition == b.definition && a.valid => {
                let (_, short) = qualified(name);
                let table = to.parent.as_ref().map_or("", |table| &table.name);
                let mut statements = Vec::new();
                for (column, target) in &b.statistics {
                    statements.push(format!(
                        "alter index {name} alter column {column} set statistics {target}"
                    ));
                }
                for (column, _) in &a.statistics {
                    if !b.statistics.iter().any(|(kept, _)| kept == column) {
                        statements.push(format!(
                            "alter index {name} alter column {column} set statistics -1"
                        ));
                    }
                }
                statements.extend(cluster(table, short, a.clustered, b.clustered));
                InPlace(statements)
            }
            (
                Body::Statistics { definition: a, .. },
                Body::Statistics { definition: b, target },
            ) if a == b => {
                InPlace(vec![format!("alter statistics {name} set statistics {target}")])
            }
            (Body::Relation(a), Body::Relation(b)) => alter_relation(id, a, b),
            (Body::Trigger(a), Body::Trigger(b)) if a.definition == b.definition => {
                InPlace(vec![enable_trigger(of, name, &b.state)])
            }
            (Body::TriggerState { .. }, Body::TriggerState { state }) => {
                InPlace(vec![enable_trigger(of, name, state)])
            }
            (Body::Policy(a), Body::Policy(b)) if can_alter_policy(a, b) => {
                InPlace(vec![policy_text("alter", id, b)])
            }
            (Body::Owner { .. }, Body::Owner { .. })
            | (Body::Comment { .. }, Body::Comment { .. }) => InPlace(self.create(to)),
            (Body::Acl(_), Body::Acl(_)) => InPlace(self.alter_acl(from, to)),
            (Body::DefaultAcl(a), Body::DefaultAcl(b)) => {
                InPlace(super::acl::default_changes(a, b))
            }
            _ => Replace,
        }
    }

    fn alter_table(&self, id: &Id, a: &Table, b: &Table) -> Alter {
        let name = &id.name;
        if a.partition_by != b.partition_by {
            return Replace;
        }
        let mut statements = Vec::new();
        if a.partition != b.partition {
            if let Some(Partition { parent, .. }) = &a.partition {
                statements.push(format!("alter table {parent} detach partition {name}"));
                statements.extend(self.checks_left(id, parent, b.partition.as_ref()));
            }
            if let Some(Partition { parent, bound }) = &b.partition {
                statements.extend(self.checks_above(id, a.partition.as_ref(), parent));
                statements
                    .push(format!("alter table {parent} attach partition {name} {}", lower(bound)));
            }
        }
        if a.unlogged != b.unlogged {
            let how = if b.unlogged { "unlogged" } else { "logged" };
            statements.push(format!("alter table {name} set {how}"));
        }
        statements.extend(settings_changes(
            &format!("alter table {name}"),
            &a.settings,
            &b.settings,
        ));
        if a.access_method != b.access_method {
            let method = b.access_method.as_deref().unwrap_or("heap");
            statements.push(format!("alter table {name} set access method {method}"));
        }
        if a.tablespace != b.tablespace {
            let place = b.tablespace.as_deref().unwrap_or("pg_default");
            statements.push(format!("alter table {name} set tablespace {place}"));
        }
        if a.row_security != b.row_security {
            let how = if b.row_security { "enable" } else { "disable" };
            statements.push(format!("alter table {name} {how} row level security"));
        }
        if a.force_row_security != b.force_row_security {
            let how = if b.force_row_security { "" } else { "no " };
            statements.push(format!("alter table {name} {how}force row level security"));
        }
        if !self.is_new_index(name, &b.replica_identity) {
            statements.extend(replica_identity(name, &a.replica_identity, &b.replica_identity));
        }
        InPlace(statements)
    }

    /// Checks that a table must have before it becomes a partition.
    fn checks_above(&self, id: &Id, left: Option<&Partition>, parent: &str) -> Vec<String> {
        let parent = Id::new(Kind::Table, parent);
        self.parts(&parent)
            .filter_map(|part| match &part.body {
                Body::Constraint(c) if c.kind == ConstraintKind::Check => Some((part, c)),
                _ => None,
            })
            .filter(|(part, _)| {
                // Of its own, or kept from the table that it leaves.
                let of = |table: Id| Id::of(Kind::Constraint, table, part.id.name.clone());
                let left = left.map(|left| of(Id::new(Kind::Table, left.parent.as_str())));
                !self.a.contains(&of(id.clone())) && !left.is_some_and(|id| self.a.contains(&id))
            })
            .map(|(part, check)| {
                let definition = super::create::constraint_definition(&part.id.name, check);
                format!("alter table {} add {definition}", id.name)
            })
            .collect()
    }

    /// Checks that a table keeps from the one it leaves, and shall not have.
    fn checks_left(&self, id: &Id, parent: &str, joined: Option<&Partition>) -> Vec<String> {
        let parent = Id::new(Kind::Table, parent);
        let above = self.a.iter().filter(|fact| fact.parent.as_ref() == Some(&parent));
        above
            .filter(
                |fact| matches!(&fact.body, Body::Constraint(c) if c.kind == ConstraintKind::Check),
            )
            .map(|fact| &fact.id.name)
            .filter(|name| {
                let of = |table: Id| Id::of(Kind::Constraint, table, (*name).clone());
                let joined = joined.map(|joined| of(Id::new(Kind::Table, joined.parent.as_str())));
                !self.b.contains(&of(id.clone())) && !joined.is_some_and(|id| self.b.contains(&id))
            })
            .map(|name| format!("alter table {} drop constraint {name}", id.name))
            .collect()
    }

    /// Whether a replica identity uses an index that is made by this plan, and is said with it.
    fn is_new_index(&self, table: &str, identity: &str) -> bool {
        let Some(index) = identity.strip_prefix("i:") else { return false };
        let (schema, _) = qualified(table);
        let places = [
            Id::new(Kind::Index, format!("{schema}.{index}")),
            Id::of(Kind::Constraint, Id::new(Kind::Table, table), index),
        ];
        places.iter().any(|place| {
            let (before, after) = (self.a.get(place), self.b.get(place));
            after.is_some() && before.map(|fact| &fact.body) != after.map(|fact| &fact.body)
        })
    }

    fn alter_column(&self, id: &Id, a: &Column, b: &Column) -> Alter {
        let (table, name) = (id.of_name(), &id.name);
        let new_expression = b.generated.is_some() && a.generated != b.generated;
        if new_expression || (a.generated.is_some() && b.identity.is_some()) {
            return Replace;
        }
        if !(a.inherited && b.inherited) {
            return InPlace(column::changes(table, name, a, b).0);
        }
        // What happened above has happened here too.
        let (Some(was), Some(is)) = (self.above(self.a, id), self.above(self.b, id)) else {
            return InPlace(column::changes(table, name, a, b).0);
        };
        let mut now = a.clone();
        now.data_type.clone_from(&b.data_type);
        now.type_storage.clone_from(&b.type_storage);
        now.collation.clone_from(&b.collation);
        now.generated.clone_from(&b.generated);
        now.identity.clone_from(&b.identity);
        if was.not_null != is.not_null {
            now.not_null = is.not_null;
        }
        if was.storage != is.storage {
            now.storage.clone_from(&is.storage);
        }
        if was.compression != is.compression {
            now.compression.clone_from(&is.compression);
        }
        if was.statistics != is.statistics {
            now.statistics = is.statistics;
        }
        if was.settings != is.settings {
            now.settings.clone_from(&is.settings);
        }
        InPlace(column::changes(table, name, &now, b).0)
    }
}

/// Whether `create or replace function` will do.
fn can_replace(a: &Function, b: &Function) -> bool {
    let is_input = |mode: &str| matches!(mode, "i" | "b" | "v");
    let is_output = |mode: &str| matches!(mode, "o" | "b" | "t");
    a.kind == b.kind
        && a.kind != FunctionKind::Aggregate
        && a.result == b.result
        && a.defaults <= b.defaults
        && a.parameters.len() == b.parameters.len()
        && a.parameters.iter().zip(&b.parameters).all(|(x, y)| {
            let named =
                x.name == y.name || (x.name.is_empty() && is_input(&x.mode) && !is_output(&x.mode));
            x.mode == y.mode && x.data_type == y.data_type && named
        })
}

fn alter_constraint(table: &str, name: &str, a: &Constraint, b: &Constraint) -> Alter {
    let same = a.definition == b.definition && a.kind == b.kind;
    let deferrability = (a.deferrable, a.deferred) != (b.deferrable, b.deferred);
    let is_key = a.kind == ConstraintKind::ForeignKey;
    if !same || (a.valid && !b.valid) || (deferrability && !is_key) {
        return Replace;
    }
    let mut statements = Vec::new();
    if deferrability {
        let can = if b.deferrable { "deferrable" } else { "not deferrable" };
        let when = if b.deferred { " initially deferred" } else { "" };
        statements.push(format!("alter table {table} alter constraint {name} {can}{when}"));
    }
    if !a.valid && b.valid {
        statements.push(format!("alter table {table} validate constraint {name}"));
    }
    let (schema, _) = qualified(table);
    let index = format!("alter index {schema}.{name}");
    statements.extend(settings_changes(&index, &a.settings, &b.settings));
    statements.extend(cluster(table, name, a.clustered, b.clustered));
    InPlace(statements)
}

fn cluster(table: &str, index: &str, from: bool, to: bool) -> Option<String> {
    match (from, to) {
        (false, true) => Some(format!("alter table {table} cluster on {index}")),
        (true, false) => Some(format!("alter table {table} set without cluster")),
        _ => None,
    }
}

fn alter_relation(id: &Id, a: &Relation, b: &Relation) -> Alter {
    let name = &id.name;
    let prefix = format!("alter {} {name}", id.kind.name());
    if id.kind == Kind::MatView {
        if (&a.query, &a.columns) != (&b.query, &b.columns) {
            return Replace;
        }
        return InPlace(settings_changes(&prefix, &a.settings, &b.settings));
    }
    if !b.columns.starts_with(&a.columns) {
        return Replace;
    }
    let mut statements = Vec::new();
    if a.query == b.query {
        statements.extend(settings_changes(&prefix, &a.settings, &b.settings));
    } else {
        let query = lower(&b.query);
        statements.push(format!("create or replace view {name}{} as\n{query}", with(&b.settings)));
    }
    for (column, _) in a.defaults.iter().filter(|old| !b.defaults.iter().any(|new| new.0 == old.0))
    {
        statements.push(format!("{prefix} alter column {column} drop default"));
    }
    for (column, default) in b.defaults.iter().filter(|new| !a.defaults.contains(new)) {
        statements.push(format!("{prefix} alter column {column} set default {}", lower(default)));
    }
    InPlace(statements)
}

fn can_alter_policy(a: &Policy, b: &Policy) -> bool {
    a.command == b.command
        && a.permissive == b.permissive
        && !(a.using.is_some() && b.using.is_none())
        && !(a.check.is_some() && b.check.is_none())
}
