//! Tables with their parts, for whoever writes rows or documentation.

use super::{Body, Column, Constraint, ConstraintKind, Facts, Id, Kind, Table};

/// A foreign key of a table.
#[derive(Clone, Copy, Debug)]
pub struct ForeignKey<'f> {
    /// Name of the constraint.
    pub name: &'f str,
    /// The constraint.
    pub constraint: &'f Constraint,
}

/// A table and what belongs to it.
#[derive(Clone, Debug)]
pub struct TableView<'f> {
    /// `schema.name`.
    pub name: &'f str,
    /// Its attributes.
    pub table: &'f Table,
    /// Name, column and default expression, in the order of the table.
    pub columns: Vec<(&'f str, &'f Column, Option<&'f str>)>,
    /// Columns of the primary key.
    pub primary_key: Vec<&'f str>,
    /// Foreign keys, those of its parent included only there.
    pub foreign_keys: Vec<ForeignKey<'f>>,
    /// Every constraint of its own by name.
    pub constraints: Vec<(&'f str, &'f Constraint)>,
    /// Comment on the table.
    pub comment: Option<&'f str>,
}

impl Facts {
    /// Every table with its parts, by name.
    #[must_use]
    pub fn tables(&self) -> Vec<TableView<'_>> {
        let mut tables: Vec<TableView<'_>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for fact in self.iter() {
            if let Body::Table(table) = &fact.body {
                places.insert(&fact.id, tables.len());
                tables.push(TableView {
                    name: &fact.id.name,
                    table,
                    columns: Vec::new(),
                    primary_key: Vec::new(),
                    foreign_keys: Vec::new(),
                    constraints: Vec::new(),
                    comment: self.comment(&fact.id),
                });
            }
        }
        let mut positions: Vec<Vec<i16>> = vec![Vec::new(); tables.len()];
        for fact in self.iter() {
            let Some(&place) = fact.id.owner().and_then(|of| places.get(of)) else { continue };
            let table = &mut tables[place];
            match &fact.body {
                Body::Column(column) => {
                    let default = Id { kind: Kind::Default, ..fact.id.clone() };
                    let default = self.get(&default).and_then(|fact| match &fact.body {
                        Body::Default { expression } => expression.as_deref(),
                        _ => None,
                    });
                    let position = fact.position.unwrap_or_default();
                    let at = positions[place].partition_point(|&other| other < position);
                    positions[place].insert(at, position);
                    table.columns.insert(at, (&fact.id.name, column, default));
                }
                Body::Constraint(constraint) => {
                    table.constraints.push((&fact.id.name, constraint));
                    match constraint.kind {
                        ConstraintKind::PrimaryKey => {
                            table.primary_key =
                                constraint.columns.iter().map(String::as_str).collect();
                        }
                        ConstraintKind::ForeignKey => {
                            table.foreign_keys.push(ForeignKey { name: &fact.id.name, constraint });
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        tables
    }

    /// The comment on an object.
    #[must_use]
    pub fn comment(&self, id: &Id) -> Option<&str> {
        match &self.get(&Id::of(Kind::Comment, id.clone(), ""))?.body {
            Body::Comment { text } => Some(text),
            _ => None,
        }
    }
}
