//! What the release before knows, under the names it has at the moment.

use std::collections::HashMap;

use crate::facts::{Body, Column, Facts, Id, Kind};

/// Tables, views and columns that were there before the new files: only they can hold rows, or be used by the release before.
#[derive(Debug, Clone)]
pub(super) struct Old<'f> {
    base: &'f Facts,
    /// Old name by the name of the moment.
    relations: HashMap<String, String>,
    /// Column by the table's and its own name of the moment.
    columns: HashMap<(String, String), &'f Column>,
}

impl<'f> Old<'f> {
    /// Everything that is there before the first new file.
    pub(super) fn new(base: &'f Facts) -> Old<'f> {
        let mut old = Old { base, relations: HashMap::new(), columns: HashMap::new() };
        for fact in base.iter() {
            match &fact.body {
                Body::Table(_) | Body::Relation(_) => {
                    old.relations.insert(fact.id.name.to_string(), fact.id.name.to_string());
                }
                Body::Column(column) => {
                    let key = (fact.id.of_name().to_owned(), fact.id.name.to_string());
                    old.columns.insert(key, column);
                }
                _ => {}
            }
        }
        old
    }

    /// Whether a table or view was there, whatever its name was.
    pub(super) fn has(&self, relation: &str) -> bool {
        self.relations.contains_key(relation)
    }

    /// Whether there was no table or view.
    pub(super) fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    /// Whether a table or view had a column.
    pub(super) fn knows_column(&self, relation: &str, name: &str) -> bool {
        // Columns of views are no facts.
        self.column(relation, name).is_some()
            || (self.has(relation) && !self.columns.keys().any(|(of, _)| of == relation))
    }

    /// A column as it was.
    fn column(&self, table: &str, name: &str) -> Option<&'f Column> {
        self.columns.get(&(table.to_owned(), name.to_owned())).copied()
    }

    /// Whether an object was there: with its name of then, unless it is a table, a view or part of one.
    pub(super) fn knows(&self, id: &Id) -> bool {
        match (id.kind, id.owner()) {
            (Kind::Table | Kind::View | Kind::MatView, None) => self.has(&id.name),
            (Kind::Column, Some(table)) => self.column(&table.name, &id.name).is_some(),
            (_, Some(of)) => self.knows(of),
            (_, None) => self.base.contains(id),
        }
    }

    /// A relation has another name from now on.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let Some(name) = self.relations.remove(from) else { return };
        self.relations.insert(to.to_owned(), name);
        let moved: Vec<_> = self.columns.keys().filter(|(of, _)| of == from).cloned().collect();
        for key in moved {
            if let Some(column) = self.columns.remove(&key) {
                self.columns.insert((to.to_owned(), key.1), column);
            }
        }
    }

    /// A column has another name from now on.
    pub(super) fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        if let Some(column) = self.columns.remove(&(table.to_owned(), from.to_owned())) {
            self.columns.insert((table.to_owned(), to.to_owned()), column);
        }
    }

    /// What has been dropped is new when it comes again.
    pub(super) fn forget(&mut self, id: &Id) {
        match (id.kind, id.owner()) {
            (Kind::Column, Some(table)) => {
                self.columns.remove(&(table.name.to_string(), id.name.to_string()));
            }
            (_, None) => {
                self.relations.remove(&*id.name);
                self.columns.retain(|(table, _), _| table != &*id.name);
            }
            _ => {}
        }
    }
}
