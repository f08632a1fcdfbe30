//! Statements that make a table, or a partition.

use super::create::{column_definition, column_extras, constraint_definition, replica_identity};
use super::planner::Planner;
use super::sql::{lower, with};
use crate::facts::{Body, Column, ConstraintKind, Fact, Facts, Id, Kind, Table};

impl Planner<'_> {
    /// `create table …` with all that can be said in it, and what cannot.
    pub(super) fn create_table(&self, fact: &Fact, table: &Table) -> Vec<String> {
        let name = &fact.id.name;
        let unlogged = if table.unlogged { "unlogged " } else { "" };
        let mut tail = String::new();
        if let Some(key) = &table.partition_by {
            tail.push_str(&format!(" partition by {}", lower(key)));
        }
        if let Some(method) = &table.access_method {
            tail.push_str(&format!(" using {method}"));
        }
        tail.push_str(&with(&table.settings));
        if let Some(tablespace) = &table.tablespace {
            tail.push_str(&format!(" tablespace {tablespace}"));
        }
        let mut columns: Vec<&Fact> =
            self.parts(&fact.id).filter(|part| part.id.kind == Kind::Column).collect();
        columns.sort_by_key(|column| column.position);
        let mut statements = Vec::new();
        match &table.partition {
            Some(partition) => statements.push(format!(
                "create {unlogged}table {name} partition of {} {}{tail}",
                partition.parent,
                lower(&partition.bound)
            )),
            None => {
                let mut items: Vec<String> = columns
                    .iter()
                    .filter_map(|part| match &part.body {
                        Body::Column(column) => {
                            let default = self.inline_default(&part.id);
                            Some(column_definition(&part.id.name, column, default, name))
                        }
                        _ => None,
                    })
                    .collect();
                let constraints = || {
                    let parts = self.parts(&fact.id).filter(|part| self.inline.contains(&part.id));
                    parts.filter_map(|part| match &part.body {
                        Body::Constraint(constraint) => Some((&part.id.name, constraint)),
                        _ => None,
                    })
                };
                let mut sorted: Vec<_> = constraints().collect();
                sorted.sort_by_key(|(name, constraint)| (rank(constraint.kind), *name));
                items.extend(sorted.iter().map(|(name, c)| constraint_definition(name, c)));
                statements.push(format!(
                    "create {unlogged}table {name} (\n  {}\n){tail}",
                    items.join(",\n  ")
                ));
                for (constraint, body) in sorted {
                    statements.extend(self.after_index(name, constraint, body.clustered));
                }
            }
        }
        for part in columns {
            let Body::Column(column) = &part.body else { continue };
            if column.inherited {
                statements.extend(self.partition_column(part, column));
            } else {
                statements.extend(column_extras(name, &part.id.name, column));
            }
        }
        if table.row_security {
            statements.push(format!("alter table {name} enable row level security"));
        }
        if table.force_row_security {
            statements.push(format!("alter table {name} force row level security"));
        }
        if !table.replica_identity.starts_with('i') {
            statements.extend(replica_identity(name, "d", &table.replica_identity));
        }
        statements
    }

    /// What a column of a new partition has that the one above has not.
    pub(super) fn partition_column(&self, part: &Fact, column: &Column) -> Vec<String> {
        let above = self.above(self.b, &part.id);
        match above {
            Some(above) => {
                let above = Column { inherited: true, ..above.clone() };
                super::column::changes(part.id.of_name(), &part.id.name, &above, column).0
            }
            None => Vec::new(),
        }
    }

    /// The column of the partitioned table that a partition's column follows.
    pub(super) fn above<'f>(&self, facts: &'f Facts, column: &Id) -> Option<&'f Column> {
        let Body::Table(table) = &facts.get(column.owner()?)?.body else { return None };
        let above = Id::column(&table.partition.as_ref()?.parent, &column.name);
        match &facts.get(&above)?.body {
            Body::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The default of a column that is written with it.
    fn inline_default(&self, column: &Id) -> Option<&str> {
        let id = Id { kind: Kind::Default, ..column.clone() };
        if self.inline.contains(&id) { self.default_of(column) } else { None }
    }

    /// The default that a column shall have.
    pub(super) fn default_of(&self, column: &Id) -> Option<&str> {
        let id = Id { kind: Kind::Default, ..column.clone() };
        match &self.b.get(&id)?.body {
            Body::Default { expression } => expression.as_deref(),
            _ => None,
        }
    }
}

/// Keys first, then foreign keys, then checks.
fn rank(kind: ConstraintKind) -> u8 {
    match kind {
        ConstraintKind::PrimaryKey => 0,
        ConstraintKind::Unique => 1,
        ConstraintKind::Exclude => 2,
        ConstraintKind::ForeignKey => 3,
        ConstraintKind::Check => 4,
    }
}
