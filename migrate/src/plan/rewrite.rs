//! Facts as they read after a rename: PostgreSQL prints what it stored by number with the new names.
//!
//! Where a text could mean two things it is left alone; what it belongs to is then made again, which is right as well.

use std::collections::HashMap;

use super::sql::qualified;
use crate::facts::{Body, ConstraintKind, Fact, Facts, Id, Kind};
use crate::split::token_end;

/// Old names and new ones.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Schemas.
    pub(super) schemas: HashMap<String, String>,
    /// Relations, types and indexes by full name.
    pub(super) objects: HashMap<(Kind, String), String>,
    /// Columns by old full name of their table and old name; attributes of composite types alike.
    pub(super) columns: HashMap<(String, String), String>,
    /// Constraints by old full name of their table and old name.
    pub(super) constraints: HashMap<(String, String), String>,
    /// Labels by old full name of their enum and old label.
    pub(super) labels: HashMap<(String, String), String>,
}

impl Names {
    /// Every fact with new names.
    pub(super) fn apply(&self, facts: &Facts) -> Facts {
        let mut renamed = Facts::empty(&facts.role);
        for fact in facts.iter() {
            renamed.insert(self.fact(fact));
        }
        renamed
    }

    /// `schema.name` after the rename.
    pub(super) fn full(&self, name: &str) -> String {
        const KINDS: [Kind; 9] = [
            Kind::Table,
            Kind::View,
            Kind::MatView,
            Kind::Sequence,
            Kind::Index,
            Kind::Enum,
            Kind::Domain,
            Kind::Composite,
            Kind::Range,
        ];
        let found = KINDS.iter().find_map(|kind| self.objects.get(&(*kind, name.to_owned())));
        if let Some(new) = found {
            return new.clone();
        }
        match qualified(name) {
            ("", _) => name.to_owned(),
            (schema, short) => match self.schemas.get(schema) {
                Some(new) => format!("{new}.{short}"),
                None => name.to_owned(),
            },
        }
    }

    pub(super) fn id(&self, id: &Id) -> Id {
        let renamed = |map: &HashMap<(String, String), String>| {
            map.get(&(id.of_name().to_owned(), id.name.to_string())).cloned()
        };
        let name = match id.kind {
            Kind::Schema => self.schemas.get(&*id.name).cloned(),
            Kind::Column | Kind::Default => renamed(&self.columns),
            Kind::Constraint => renamed(&self.constraints),
            Kind::Function => Some(self.text(&id.name, &[])),
            Kind::DefaultAcl => {
                let parts: Vec<_> = id.name.split(' ').collect();
                let schema = parts.get(1).and_then(|schema| self.schemas.get(*schema));
                schema.map(|new| {
                    let mut parts = parts.clone();
                    parts[1] = new;
                    parts.join(" ")
                })
            }
            kind => match self.objects.get(&(kind, id.name.to_string())) {
                Some(new) => Some(new.clone()),
                None if id.of.is_none() => Some(self.full_schema_only(&id.name)),
                None => None,
            },
        };
        Id {
            kind: id.kind,
            of: id.of.as_deref().map(|of| self.id(of).into()),
            name: name.map_or_else(|| id.name.clone(), Into::into),
        }
    }

    fn full_schema_only(&self, name: &str) -> String {
        match qualified(name) {
            ("", _) => name.to_owned(),
            (schema, short) => match self.schemas.get(schema) {
                Some(new) => format!("{new}.{short}"),
                None => name.to_owned(),
            },
        }
    }

    fn fact(&self, fact: &Fact) -> Fact {
        let mut renamed = Fact {
            id: self.id(&fact.id),
            parent: fact.parent.as_ref().map(|parent| self.id(parent)),
            body: fact.body.clone(),
            deps: fact.deps.iter().map(|dep| self.id(dep)).collect(),
            position: fact.position,
        };
        let columns = self.columns_in(fact);
        let text = |text: &mut String| *text = self.text(text, &columns);
        let option = |value: &mut Option<String>| {
            if let Some(value) = value {
                *value = self.text(value, &columns);
            }
        };
        match &mut renamed.body {
            Body::DefaultAcl(acl) => {
                if let Some(new) = acl.schema.as_ref().and_then(|schema| self.schemas.get(schema)) {
                    acl.schema = Some(new.clone());
                }
            }
            Body::Extension { schema } => {
                if let Some(new) = self.schemas.get(schema) {
                    schema.clone_from(new);
                }
            }
            Body::Enum(body) => {
                for label in &mut body.labels {
                    let key = (fact.id.name.to_string(), label.clone());
                    if let Some(new) = self.labels.get(&key) {
                        label.clone_from(new);
                    }
                }
            }
            Body::Domain(body) => {
                text(&mut body.base);
                option(&mut body.default);
            }
            Body::DomainConstraint { definition, .. } => text(definition),
            Body::Composite(body) => {
                for (name, data_type, _) in &mut body.attributes {
                    let key = (fact.id.name.to_string(), name.clone());
                    if let Some(new) = self.columns.get(&key) {
                        name.clone_from(new);
                    }
                    text(data_type);
                }
            }
            Body::Range(body) => {
                text(&mut body.subtype);
                option(&mut body.subtype_diff);
                body.multirange = self.full(&body.multirange);
            }
            Body::Function(body) => {
                body.definition = self.text(&body.definition, &columns);
                option(&mut body.result);
                for parameter in &mut body.parameters {
                    text(&mut parameter.data_type);
                }
            }
            Body::Table(body) => {
                option(&mut body.partition_by);
                if let Some(partition) = &mut body.partition {
                    partition.parent = self.full(&partition.parent);
                }
                if let Some(index) = body.replica_identity.strip_prefix("i:") {
                    let (schema, _) = qualified(&fact.id.name);
                    let key = (fact.id.name.to_string(), index.to_owned());
                    let index = match self.constraints.get(&key) {
                        Some(new) => new.clone(),
                        None => qualified(&self.full(&format!("{schema}.{index}"))).1.to_owned(),
                    };
                    body.replica_identity = format!("i:{index}");
                }
            }
            Body::Column(body) => {
                text(&mut body.data_type);
                if let Some(generated) = &mut body.generated {
                    text(&mut generated.expression);
                }
                if let Some(identity) = &mut body.identity {
                    identity.name = self.full(&identity.name);
                }
            }
            Body::Default { expression } => option(expression),
            Body::SequenceOwner { table, column } => {
                if let Some(new) = self.columns.get(&(table.clone(), column.clone())) {
                    column.clone_from(new);
                }
                *table = self.full(table);
            }
            Body::Constraint(body) => {
                let own = |name: &String, table: &str| {
                    self.columns.get(&(table.to_owned(), name.clone())).cloned()
                };
                let table = fact.id.of_name();
                body.definition = match body.definition.split_once(" REFERENCES ") {
                    Some((left, right)) if body.kind == ConstraintKind::ForeignKey => {
                        let other = body.references.clone().unwrap_or_default();
                        format!(
                            "{} REFERENCES {}",
                            self.text(left, &self.columns_of(table)),
                            self.text(right, &self.columns_of(&other))
                        )
                    }
                    _ => self.text(&body.definition, &columns),
                };
                for column in &mut body.columns {
                    *column = own(column, table).unwrap_or_else(|| column.clone());
                }
                if let Some(other) = body.references.clone() {
                    for column in &mut body.referenced_columns {
                        *column = own(column, &other).unwrap_or_else(|| column.clone());
                    }
                    body.references = Some(self.full(&other));
                }
            }
            Body::Index(body) => {
                let table = fact.parent.as_ref().map_or("", |table| &table.name);
                if let Some((head, rest)) = body.definition.split_once(" ON ") {
                    let (_, old) = qualified(&fact.id.name);
                    let new = self.full(&fact.id.name);
                    let head = match head.strip_suffix(old) {
                        Some(head) => format!("{head}{}", qualified(&new).1),
                        None => head.to_owned(),
                    };
                    body.definition = format!("{head} ON {}", self.text(rest, &columns));
                }
                for column in &mut body.columns {
                    let key = (table.to_owned(), column.clone());
                    if let Some(new) = self.columns.get(&key) {
                        column.clone_from(new);
                    }
                }
            }
            Body::Statistics { definition, .. } => text(definition),
            Body::Relation(body) => {
                text(&mut body.query);
                for (_, data_type, _) in &mut body.columns {
                    text(data_type);
                }
            }
            Body::Trigger(body) => text(&mut body.definition),
            Body::Policy(body) => {
                option(&mut body.using);
                option(&mut body.check);
            }
            _ => {}
        }
        renamed
    }

    fn columns_of(&self, table: &str) -> Vec<(&str, &str)> {
        let own = self.columns.iter().filter(|((of, _), _)| of == table);
        own.map(|((_, old), new)| (old.as_str(), new.as_str())).collect()
    }

    /// Renamed columns that a fact is about, unless another table's column of that name is meant as well.
    fn columns_in(&self, fact: &Fact) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        for ((table, old), new) in &self.columns {
            let named =
                fact.deps.iter().filter(|dep| dep.kind == Kind::Column && *dep.name == **old);
            let tables: Vec<_> = named.map(Id::of_name).collect();
            let own = fact.parent.as_ref().is_some_and(|parent| *parent.name == **table);
            let other = tables.iter().any(|of| of != table);
            if !other && (own || !tables.is_empty()) {
                found.push((old.as_str(), new.as_str()));
            }
        }
        found
    }

    /// A text of PostgreSQL's with new names for objects, and for these columns.
    fn text(&self, sql: &str, columns: &[(&str, &str)]) -> String {
        let column = |name: &str| {
            columns.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new).to_owned()
        };
        let mut text = String::with_capacity(sql.len());
        let mut at = 0;
        let mut is_table = false;
        while at < sql.len() {
            let end = token_end(sql, at);
            let token = &sql[at..end];
            if token.starts_with('\'') && token.len() > 2 {
                // `'app.users_id_seq'::regclass`, `'draft'::app.status`
                let inner = &token[1..token.len() - 1];
                text.push_str(&format!("'{}'", self.literal(inner, &sql[end..])));
                at = end;
                continue;
            }
            if !is_name(token) {
                text.push_str(token);
                at = end;
                continue;
            }
            let mut chain = vec![token];
            at = end;
            while sql[at..].starts_with('.') && at + 1 < sql.len() {
                let next_end = token_end(sql, at + 1);
                let next = &sql[at + 1..next_end];
                if !is_name(next) {
                    break;
                }
                chain.push(next);
                at = next_end;
            }
            let after_table = std::mem::take(&mut is_table);
            text.push_str(&match chain.as_slice() {
                // What a table is called within a query.
                [name] if after_table && self.short(name) != *name => self.short(name),
                [name] => column(name),
                [first, second, rest @ ..] => {
                    let old = format!("{first}.{second}");
                    let new = self.full(&old);
                    if new != old {
                        is_table = rest.is_empty();
                        let rest = rest.iter().map(|name| format!(".{}", column(name)));
                        format!("{new}{}", rest.collect::<String>())
                    } else {
                        let rest = rest.iter().map(|name| format!(".{name}"));
                        let first = self.short(first);
                        format!("{first}.{}{}", column(second), rest.collect::<String>())
                    }
                }
                [] => String::new(),
            });
        }
        text
    }

    /// What stands between quotes: the name of a relation, a label of an enum, or anything else.
    fn literal(&self, inner: &str, rest: &str) -> String {
        let cast = self.labels.iter().find(|((of, label), _)| {
            let cast = rest.strip_prefix("::").and_then(|rest| rest.strip_prefix(of.as_str()));
            let ends = cast.is_some_and(|rest| !rest.starts_with(is_word));
            ends && inner.replace("''", "'") == *label
        });
        match cast {
            Some((_, new)) => new.replace('\'', "''"),
            None if inner.contains([' ', '\'']) => inner.to_owned(),
            None => self.full(inner),
        }
    }

    /// A table's own name where it stands before a column.
    fn short(&self, name: &str) -> String {
        // `users_1` where the table stands a second time in one query.
        let (bare, number) = match name.rsplit_once('_') {
            Some((bare, number))
                if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
            {
                (bare, &name[bare.len()..])
            }
            _ => (name, ""),
        };
        let find = |wanted: &str| {
            self.objects.iter().find(|((kind, old), _)| {
                matches!(kind, Kind::Table | Kind::View | Kind::MatView)
                    && qualified(old).1 == wanted
            })
        };
        match (find(name), find(bare)) {
            (Some((_, new)), _) => qualified(new).1.to_owned(),
            (None, Some((_, new))) => format!("{}{number}", qualified(new).1),
            (None, None) => name.to_owned(),
        }
    }
}

fn is_name(token: &str) -> bool {
    let first = token.as_bytes()[0];
    first == b'"' || first == b'_' || (first.is_ascii_alphabetic() && !token.ends_with('\''))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}
