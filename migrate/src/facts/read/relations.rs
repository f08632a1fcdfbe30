//! Tables, views, sequences, and what belongs to a table.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::{Reader, class, settings};
use crate::facts::{
    Body, Column, Constraint, ConstraintKind, Generated, Id, Identity, Index, Kind, Partition,
    Policy, Relation, Sequence, Table, Trigger,
};

impl Reader {
    /// A table or view by its number in the catalogs, if it is ours.
    fn relation(&self, oid: i64) -> Option<Id> {
        self.exact.get(&(class::RELATION, oid, 0)).cloned()
    }

    pub(super) fn relations(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            if self.is_member(class::RELATION, oid) {
                continue;
            }
            let kind = match row.get(2) {
                "v" => Kind::View,
                "m" => Kind::MatView,
                _ => Kind::Table,
            };
            let id = Id::new(kind, row.get::<_, &str>(3));
            let mut options: Vec<String> = row.get(6);
            options.extend(row.get::<_, Vec<String>>(7));
            let parent: Option<String> = row.get(13);
            let body = match kind {
                Kind::Table => Body::Table(Table {
                    unlogged: row.get(5),
                    settings: settings(options),
                    access_method: row.get(8),
                    tablespace: row.get(9),
                    row_security: row.get(10),
                    force_row_security: row.get(11),
                    partition_by: row.get(12),
                    partition: parent
                        .clone()
                        .map(|parent| Partition { parent, bound: row.get(14) }),
                    replica_identity: row.get(15),
                }),
                _ => Body::Relation(Relation {
                    query: row.get::<_, &str>(16).trim_end_matches(';').to_owned(),
                    settings: settings(options),
                    columns: Vec::new(),
                    defaults: Vec::new(),
                }),
            };
            self.add(id.clone(), body, Some((class::RELATION, oid, 0)));
            self.owner(&id, row.get(4));
            self.alias.insert((class::TYPE, row.get(1), 0), id.clone());
            if let (Some(parent), Some(fact)) = (parent, self.facts.get_mut(&id)) {
                fact.deps.insert(Id::new(Kind::Table, parent));
            }
        }
    }

    pub(super) fn columns(&mut self, rows: &[Row]) {
        for row in rows {
            let (oid, number): (i64, i32) = (row.get(0), row.get(1));
            let Some(table) = self.relation(oid) else { continue };
            let name: &str = row.get(2);
            let id = Id::of(Kind::Column, table.clone(), name);
            let (data_type, collation): (String, Option<String>) = (row.get(3), row.get(4));
            let default: Option<String> = row.get(9);
            if table.kind != Kind::Table {
                self.view_columns.insert((oid, number), id);
                if let Some(Body::Relation(view)) =
                    self.facts.get_mut(&table).map(|fact| &mut fact.body)
                {
                    let name = name.to_owned();
                    view.defaults.extend(default.map(|default| (name.clone(), default)));
                    view.columns.push((name, data_type, collation.unwrap_or_default()));
                }
                continue;
            }
            let inherited = matches!(
                self.facts.get(&table).map(|fact| &fact.body),
                Some(Body::Table(Table { partition: Some(_), .. }))
            );
            let generated = match row.get(7) {
                "" => None,
                how => {
                    default.clone().map(|expression| Generated { expression, stored: how == "s" })
                }
            };
            let of_parent: Option<String> = row.get(14);
            let expression = row.get::<_, Option<i64>>(8);
            let attrdef = expression.map(|oid| (class::ATTRDEF, oid, 0));
            let is_generated = generated.is_some();
            let column = Column {
                data_type,
                collation,
                not_null: row.get(5),
                // Filled in with the sequences.
                identity: match row.get(6) {
                    "" => None,
                    how => Some(Identity {
                        always: how == "a",
                        name: String::new(),
                        sequence: Sequence {
                            data_type: String::new(),
                            start: 0,
                            increment: 0,
                            min: 0,
                            max: 0,
                            cache: 0,
                            cycle: false,
                            unlogged: false,
                        },
                    }),
                },
                generated,
                storage: row.get(10),
                type_storage: row.get(15),
                compression: row.get(11),
                statistics: row.get(12),
                settings: settings(row.get(13)),
                inherited,
            };
            self.add(id.clone(), Body::Column(column), Some((class::RELATION, oid, number)));
            if let Some(fact) = self.facts.get_mut(&id) {
                fact.position = i16::try_from(number).ok();
            }
            let own_default = if inherited { default != of_parent } else { default.is_some() };
            match attrdef {
                Some(key) if is_generated || !own_default => {
                    self.alias.insert(key, id);
                }
                key if own_default && !is_generated => {
                    let place = Id::of(Kind::Default, table, name);
                    self.add(place.clone(), Body::Default { expression: default }, key);
                    if let Some(fact) = self.facts.get_mut(&place) {
                        fact.parent = Some(id.clone());
                        fact.deps.insert(id);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn sequences(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            if self.is_member(class::RELATION, oid) {
                continue;
            }
            let name: &str = row.get(1);
            let id = Id::new(Kind::Sequence, name);
            let sequence = Sequence {
                data_type: row.get(3),
                start: row.get(4),
                increment: row.get(5),
                min: row.get(6),
                max: row.get(7),
                cache: row.get(8),
                cycle: row.get(9),
                unlogged: row.get(10),
            };
            let column = row.get::<_, Option<i64>>(12).zip(row.get::<_, Option<i32>>(13)).and_then(
                |(table, column)| self.exact.get(&(class::RELATION, table, column)).cloned(),
            );
            match (row.get::<_, Option<&str>>(11), column) {
                (Some("i"), Some(column)) => {
                    if let Some(Body::Column(Column { identity: Some(identity), .. })) =
                        self.facts.get_mut(&column).map(|fact| &mut fact.body)
                    {
                        name.clone_into(&mut identity.name);
                        identity.sequence = sequence;
                    }
                    self.alias.insert((class::RELATION, oid, 0), column.clone());
                    self.identity.insert(oid, (id, column));
                }
                (_, column) => {
                    self.add(id.clone(), Body::Sequence(sequence), Some((class::RELATION, oid, 0)));
                    self.owner(&id, row.get(2));
                    if let Some(column) = column {
                        let place = Id::of(Kind::SequenceOwner, id, "");
                        let body = Body::SequenceOwner {
                            table: column.of_name().to_owned(),
                            column: column.name.to_string(),
                        };
                        self.add(place.clone(), body, None);
                        if let Some(fact) = self.facts.get_mut(&place) {
                            fact.deps.insert(column);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn constraints(&mut self, rows: &[Row]) {
        for row in rows {
            let (oid, index): (i64, i64) = (row.get(0), row.get(6));
            let Some(table) = self.relation(row.get(1)) else { continue };
            let kind = match row.get(3) {
                "c" => ConstraintKind::Check,
                "f" => ConstraintKind::ForeignKey,
                "p" => ConstraintKind::PrimaryKey,
                "u" => ConstraintKind::Unique,
                _ => ConstraintKind::Exclude,
            };
            let key = (class::CONSTRAINT, oid, 0);
            let id = Id::of(Kind::Constraint, table.clone(), row.get::<_, &str>(2));
            let has_index = kind != ConstraintKind::Check && kind != ConstraintKind::ForeignKey;
            if row.get(5) {
                self.shadow.insert(key, table.clone());
                if has_index {
                    self.shadow.insert((class::RELATION, index, 0), table);
                }
                continue;
            }
            if has_index {
                self.alias.insert((class::RELATION, index, 0), id.clone());
            }
            let (valid, deferrable, deferred) = (row.get(7), row.get(8), row.get(9));
            let mut definition: &str = row.get(4);
            for ending in [" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"] {
                definition = definition.strip_suffix(ending).unwrap_or(definition);
            }
            let constraint = Constraint {
                kind,
                definition: definition.to_owned(),
                columns: row.get(10),
                references: row.get(11),
                referenced_columns: row.get(12),
                valid,
                deferrable,
                deferred,
                settings: settings(row.get(13)),
                clustered: row.get(14),
            };
            self.add(id, Body::Constraint(constraint), Some(key));
        }
    }

    pub(super) fn indexes(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            let key = (class::RELATION, oid, 0);
            let Some(table) = self.relation(row.get(1)) else { continue };
            if self.alias.contains_key(&key) || self.shadow.contains_key(&key) {
                // A constraint's.
                continue;
            }
            if row.get(6) {
                self.shadow.insert(key, table);
                continue;
            }
            let partitioned: bool = row.get(7);
            let definition: &str = row.get(3);
            let index = Index {
                definition: match partitioned {
                    true => definition.replacen(" ON ONLY ", " ON ", 1),
                    false => definition.to_owned(),
                },
                unique: row.get(4),
                valid: row.get(5),
                partitioned,
                clustered: row.get(8),
                columns: row
                    .get::<_, Vec<String>>(9)
                    .into_iter()
                    .take_while(|c| !c.is_empty())
                    .collect(),
                statistics: row
                    .get::<_, Vec<String>>(10)
                    .iter()
                    .filter_map(|pair| pair.split_once(' '))
                    .filter_map(|(column, target)| {
                        Some((column.parse().ok()?, target.parse().ok()?))
                    })
                    .collect(),
            };
            let id = Id::new(Kind::Index, row.get::<_, &str>(2));
            self.add(id.clone(), Body::Index(index), Some(key));
            self.part_of(&id, table);
        }
    }

    /// Says that something with a name of its own lives and dies with a table.
    fn part_of(&mut self, id: &Id, table: Id) {
        if let Some(fact) = self.facts.get_mut(id) {
            fact.deps.insert(table.clone());
            fact.parent = Some(table);
        }
    }

    pub(super) fn statistics(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(table) = self.relation(row.get(1)) else { continue };
            let id = Id::new(Kind::Statistics, row.get::<_, &str>(2));
            let body = Body::Statistics { definition: row.get(4), target: row.get(5) };
            self.add(id.clone(), body, Some((class::STATISTIC, row.get(0), 0)));
            self.owner(&id, row.get(3));
            self.part_of(&id, table);
        }
    }

    pub(super) fn triggers(&mut self, rows: &[Row]) {
        // The trigger of the topmost table that each one follows; those above come first.
        let mut tops: HashMap<i64, Id> = HashMap::new();
        for row in rows {
            let oid: i64 = row.get(0);
            let Some(table) = self.relation(row.get(1)) else { continue };
            let (name, state): (&str, &str) = (row.get(2), row.get(4));
            let key = (class::TRIGGER, oid, 0);
            if let Some(above) = row.get::<_, Option<&str>>(6) {
                let top = tops.get(&row.get(7)).cloned();
                tops.extend(top.clone().map(|top| (oid, top)));
                self.shadow.insert(key, table.clone());
                if above != state {
                    let id = Id::of(Kind::TriggerState, table, name);
                    self.add(id.clone(), Body::TriggerState { state: state.to_owned() }, None);
                    if let (Some(top), Some(fact)) = (top, self.facts.get_mut(&id)) {
                        fact.deps.insert(top);
                    }
                }
                continue;
            }
            let constraint: i64 = row.get(5);
            let id = Id::of(Kind::Trigger, table, name);
            let trigger = Trigger {
                definition: row.get(3),
                state: state.to_owned(),
                constraint: constraint != 0,
            };
            tops.insert(oid, id.clone());
            self.add(id.clone(), Body::Trigger(trigger), Some(key));
            if constraint != 0 {
                self.alias.insert((class::CONSTRAINT, constraint, 0), id);
            }
        }
    }

    pub(super) fn policies(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(table) = self.relation(row.get(1)) else { continue };
            let id = Id::of(Kind::Policy, table, row.get::<_, &str>(2));
            let policy = Policy {
                command: row.get(3),
                permissive: row.get(4),
                roles: row.get(5),
                using: row.get(6),
                check: row.get(7),
            };
            self.add(id, Body::Policy(policy), Some((class::POLICY, row.get(0), 0)));
        }
    }
}
