//! Schemas, extensions, types and functions.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::{Reader, class};
use crate::facts::{
    Body, Composite, Domain, Enum, Function, FunctionKind, Id, Kind, Parameter, Range,
};

impl Reader {
    pub(super) fn schemas(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            if self.is_member(class::NAMESPACE, oid) {
                continue;
            }
            let id = Id::new(Kind::Schema, row.get::<_, &str>(1));
            self.add(id.clone(), Body::Schema {}, Some((class::NAMESPACE, oid, 0)));
            self.owner(&id, row.get(2));
        }
    }

    pub(super) fn extensions(&mut self, rows: &[Row]) {
        for row in rows {
            let id = Id::new(Kind::Extension, row.get::<_, &str>(1));
            let body = Body::Extension { schema: row.get(2) };
            self.add(id, body, Some((class::EXTENSION, row.get(0), 0)));
        }
    }

    pub(super) fn types(&mut self, rows: &[Row], attributes: &[Row]) {
        let mut of: HashMap<i64, Vec<(String, String, Option<String>)>> = HashMap::new();
        for row in attributes {
            of.entry(row.get(0)).or_default().push((row.get(1), row.get(2), row.get(3)));
        }
        let numbers = attributes.iter().map(|row| (row.get(0), row.get(4), row.get(1)));
        let numbers: Vec<(i64, i32, String)> = numbers.collect();
        for row in rows {
            let (oid, array, relation): (i64, i64, i64) = (row.get(0), row.get(1), row.get(10));
            if self.is_member(class::TYPE, oid) {
                continue;
            }
            let name: &str = row.get(3);
            let (kind, body) = match row.get(2) {
                "e" => (Kind::Enum, Body::Enum(Enum { labels: row.get(9) })),
                "d" => {
                    let domain = Domain {
                        base: row.get(5),
                        not_null: row.get(6),
                        default: row.get(7),
                        collation: row.get(8),
                    };
                    (Kind::Domain, Body::Domain(domain))
                }
                _ => {
                    let attributes = of.remove(&relation).unwrap_or_default();
                    (Kind::Composite, Body::Composite(Composite { attributes }))
                }
            };
            let id = Id::new(kind, name);
            self.add(id.clone(), body, Some((class::TYPE, oid, 0)));
            self.owner(&id, row.get(4));
            self.alias.insert((class::TYPE, array, 0), id.clone());
            if relation != 0 {
                for (_, number, name) in numbers.iter().filter(|(of, ..)| *of == relation) {
                    let column = Id::of(Kind::Column, id.clone(), name.as_str());
                    self.view_columns.insert((relation, *number), column);
                }
                self.alias.insert((class::RELATION, relation, 0), id);
            }
        }
    }

    pub(super) fn ranges(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            if self.is_member(class::TYPE, oid) {
                continue;
            }
            let id = Id::new(Kind::Range, row.get::<_, &str>(4));
            let range = Range {
                subtype: row.get(6),
                opclass: row.get(7),
                collation: row.get(8),
                subtype_diff: row.get(9),
                multirange: row.get(10),
            };
            self.add(id.clone(), Body::Range(range), Some((class::TYPE, oid, 0)));
            self.owner(&id, row.get(5));
            for part in [row.get(1), row.get(2), row.get(3)] {
                self.alias.insert((class::TYPE, part, 0), id.clone());
            }
        }
    }

    pub(super) fn domain_constraints(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(domain) = self.exact.get(&(class::TYPE, row.get(1), 0)).cloned() else {
                continue;
            };
            let definition: &str = row.get(3);
            let body = Body::DomainConstraint {
                definition: definition.trim_end_matches(" NOT VALID").to_owned(),
                valid: row.get(4),
            };
            let id = Id::of(Kind::DomainConstraint, domain, row.get::<_, &str>(2));
            self.add(id, body, Some((class::CONSTRAINT, row.get(0), 0)));
        }
    }

    pub(super) fn functions(&mut self, rows: &[Row]) {
        for row in rows {
            let oid: i64 = row.get(0);
            if self.is_member(class::PROC, oid) {
                continue;
            }
            let definition: &str = row.get(4);
            let (kind, definition) = match row.get(3) {
                "a" => {
                    let options: &str = row.get(15);
                    (FunctionKind::Aggregate, format!("{definition} ({options})"))
                }
                "p" => (FunctionKind::Procedure, definition.to_owned()),
                "w" => (FunctionKind::Window, definition.to_owned()),
                _ => (FunctionKind::Function, definition.to_owned()),
            };
            let modes: Vec<String> = row.get(6);
            let mut names = row.get::<_, Vec<String>>(7).into_iter();
            let types: Vec<String> = row.get(8);
            let parameters = modes
                .into_iter()
                .zip(types)
                .map(|(mode, data_type)| {
                    let name = names.next().unwrap_or_default();
                    Parameter { mode, name, data_type }
                })
                .collect();
            let function = Function {
                kind,
                definition,
                result: row.get(5),
                parameters,
                defaults: row.get(9),
                language: row.get(10),
                security_definer: row.get(11),
                search_path: row.get(12),
                volatility: row.get(13),
                source: row.get(14),
            };
            let id = Id::new(Kind::Function, row.get::<_, &str>(1));
            self.add(id.clone(), Body::Function(function), Some((class::PROC, oid, 0)));
            self.owner(&id, row.get(2));
        }
    }
}
