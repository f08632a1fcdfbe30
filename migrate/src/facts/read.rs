//! The catalogs, one query per kind, all sent at once.

mod relations;
mod said;
mod sql;
mod types;

use std::collections::{HashMap, HashSet};

use futures_util::future::try_join_all;
use tokio_postgres::{Error, Row, Transaction};

use super::{Fact, Facts, Id, Kind, Unmodelled};
use crate::facts::Body;

/// The oids of these catalogs are part of PostgreSQL's source and never change.
mod class {
    pub(super) const TYPE: i64 = 1247;
    pub(super) const PROC: i64 = 1255;
    pub(super) const RELATION: i64 = 1259;
    pub(super) const ATTRDEF: i64 = 2604;
    pub(super) const CONSTRAINT: i64 = 2606;
    pub(super) const NAMESPACE: i64 = 2615;
    pub(super) const REWRITE: i64 = 2618;
    pub(super) const TRIGGER: i64 = 2620;
    pub(super) const EXTENSION: i64 = 3079;
    pub(super) const POLICY: i64 = 3256;
    pub(super) const STATISTIC: i64 = 3381;
}

/// Catalog, object, column.
type Key = (i64, i64, i32);

/// Questions in the order in which [`Reader`] takes the answers.
const QUESTIONS: [&str; 22] = [
    sql::ROLE,
    sql::MEMBERS,
    sql::SCHEMAS,
    sql::EXTENSIONS,
    sql::TYPES,
    sql::ATTRIBUTES,
    sql::RANGES,
    sql::DOMAIN_CONSTRAINTS,
    sql::FUNCTIONS,
    sql::RELATIONS,
    sql::COLUMNS,
    sql::SEQUENCES,
    sql::CONSTRAINTS,
    sql::INDEXES,
    sql::STATISTICS,
    sql::TRIGGERS,
    sql::POLICIES,
    sql::VIEW_RULES,
    sql::DEPENDENCIES,
    sql::COMMENTS,
    sql::PRIVILEGES,
    sql::DEFAULT_PRIVILEGES,
];

/// Everything; the settings of the transaction are changed.
pub(super) async fn all(transaction: &Transaction<'_>) -> Result<Facts, Error> {
    transaction.batch_execute(sql::SESSION).await?;
    let ask = |sql: &'static str| transaction.query_typed(sql, &[]);
    let unmodelled = ask(include_str!("read/unmodelled.sql"));
    let answers = try_join_all(QUESTIONS.iter().map(|sql| ask(sql)));
    let (answers, unmodelled) = futures_util::future::try_join(answers, unmodelled).await?;
    let mut answers = answers.into_iter();
    let mut next = || answers.next().unwrap_or_default();

    let role: String = next().first().map(|row| row.get(0)).unwrap_or_default();
    let mut reader = Reader::new(&role, &next());
    reader.schemas(&next());
    reader.extensions(&next());
    let (types, attributes) = (next(), next());
    reader.types(&types, &attributes);
    reader.ranges(&next());
    reader.domain_constraints(&next());
    reader.functions(&next());
    reader.relations(&next());
    reader.columns(&next());
    reader.sequences(&next());
    reader.constraints(&next());
    reader.indexes(&next());
    reader.statistics(&next());
    reader.triggers(&next());
    reader.policies(&next());
    reader.view_rules(&next());
    reader.dependencies(&next());
    reader.comments(&next());
    reader.privileges(&next());
    reader.default_privileges(&next());
    Ok(reader.finish(&unmodelled))
}

/// Facts under construction, and what the numbers in the catalogs stand for.
struct Reader {
    facts: Facts,
    /// Extension by member; nothing of it is ours.
    members: HashMap<(i64, i64), i64>,
    /// Objects that are facts.
    exact: HashMap<Key, Id>,
    /// Parts of objects that are no facts: the row type of a table, the index of a constraint.
    alias: HashMap<Key, Id>,
    /// Parts that a partition has from the table above: something may hang on them, but they make it hang on nothing.
    shadow: HashMap<Key, Id>,
    /// Sequences of identity columns: comments and privileges are about the sequence, which lives with the column.
    identity: HashMap<i64, (Id, Id)>,
    /// Columns of views and composite types by relation and number; no facts, but comments and privileges are about them.
    view_columns: HashMap<(i64, i32), Id>,
}

impl Reader {
    fn new(role: &str, members: &[Row]) -> Reader {
        let members = members.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
        Reader {
            facts: Facts::empty(role),
            members,
            exact: HashMap::new(),
            alias: HashMap::new(),
            shadow: HashMap::new(),
            identity: HashMap::new(),
            view_columns: HashMap::new(),
        }
    }

    fn is_member(&self, class: i64, oid: i64) -> bool {
        self.members.contains_key(&(class, oid))
    }

    /// Adds a fact; a member of an object depends on it.
    fn add(&mut self, id: Id, body: Body, key: Option<Key>) {
        let parent = id.owner().cloned();
        let deps = parent.iter().cloned().collect();
        if let Some(key) = key {
            self.exact.insert(key, id.clone());
        }
        self.facts.insert(Fact { id, parent, body, deps, position: None });
    }

    /// Adds the owner of an object, unless it is the role that asks.
    fn owner(&mut self, of: &Id, role: &str) {
        if role != self.facts.role {
            let id = Id::of(Kind::Owner, of.clone(), "");
            self.add(id, Body::Owner { role: role.to_owned() }, None);
        }
    }

    /// What a fact is that a catalog names, or what it is a part of.
    fn resolve(&self, class: i64, oid: i64, sub: i32) -> Option<&Id> {
        let find = |sub| {
            let key = (class, oid, sub);
            self.exact.get(&key).or_else(|| self.alias.get(&key))
        };
        find(sub).or_else(|| find(0)).or_else(|| {
            let extension = self.members.get(&(class, oid))?;
            self.exact.get(&(class::EXTENSION, *extension, 0))
        })
    }

    fn view_rules(&mut self, rows: &[Row]) {
        for row in rows {
            let (rule, relation): (i64, i64) = (row.get(0), row.get(1));
            if let Some(id) = self.exact.get(&(class::RELATION, relation, 0)).cloned() {
                self.alias.insert((class::REWRITE, rule, 0), id);
            }
        }
    }

    fn dependencies(&mut self, rows: &[Row]) {
        for row in rows {
            let of = self.resolve(row.get(0), row.get(1), row.get(2));
            let on = self.resolve(row.get(3), row.get(4), row.get(5)).or_else(|| {
                // Whose part it is.
                self.shadow.get(&(row.get(3), row.get(4), 0))
            });
            let (Some(of), Some(on)) = (of, on) else { continue };
            // A partitioned table names its own key columns; the owner of a sequence is a fact of its own.
            let own_part = matches!((of.kind, on.kind), (Kind::Table, Kind::Column))
                || (of.kind == Kind::Sequence && matches!(on.kind, Kind::Column | Kind::Table));
            if of == on || own_part {
                continue;
            }
            let (of, on) = (of.clone(), on.clone());
            if let Some(fact) = self.facts.get_mut(&of) {
                fact.deps.insert(on);
            }
        }
    }

    /// A column of a partition comes and goes with the one above it.
    fn inherited_columns(&mut self) {
        let mut above = Vec::new();
        for fact in self.facts.iter() {
            let Body::Column(column) = &fact.body else { continue };
            let table = fact.parent.as_ref().and_then(|table| self.facts.get(table));
            if let Some(Body::Table(table)) = table.map(|fact| &fact.body)
                && let (true, Some(partition)) = (column.inherited, &table.partition)
            {
                above.push((fact.id.clone(), Id::column(&partition.parent, &fact.id.name)));
            }
        }
        for (id, parent) in above {
            if let Some(fact) = self.facts.get_mut(&id) {
                fact.deps.insert(parent);
            }
        }
    }

    /// Facts that depend on what is not a fact would wait for it for ever.
    fn finish(mut self, unmodelled: &[Row]) -> Facts {
        let known: HashSet<Id> = self.facts.iter().map(|fact| fact.id.clone()).collect();
        for id in &known {
            if let Some(fact) = self.facts.get_mut(id) {
                fact.deps.retain(|dep| known.contains(dep));
                // A column of a view, the sequence of an identity column.
                if let Some(parent) = fact.parent.take_if(|parent| !known.contains(parent)) {
                    fact.parent = match parent.kind {
                        Kind::Column => parent.owner().cloned(),
                        _ => self
                            .identity
                            .values()
                            .find(|(own, _)| *own == parent)
                            .map(|(_, column)| column.clone()),
                    };
                    fact.deps.extend(fact.parent.clone());
                }
            }
        }
        self.inherited_columns();
        for row in unmodelled {
            self.facts.push_unmodelled(Unmodelled { kind: row.get(0), name: row.get(1) });
        }
        self.facts
    }
}

/// `{a=1,b=2}` of the catalogs, by name.
fn settings(options: Vec<String>) -> super::body::Settings {
    let mut settings: Vec<_> = options
        .into_iter()
        .map(|option| match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (option, "true".to_owned()),
        })
        .collect();
    settings.sort();
    settings
}
