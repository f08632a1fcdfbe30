//! How types change: in place, by new values, or made anew beside the old one.

use super::alter::Alter::{self, Early, InPlace, Swap};
use super::planner::Planner;
use super::sql::{literal, lower, qualified, target};
use crate::facts::{Body, Composite, Domain, Enum, Fact, Id, Kind};

impl Planner<'_> {
    pub(super) fn alter_composite(&self, id: &Id, a: &Composite, b: &Composite) -> Alter {
        let name = &id.name;
        let old = |wanted: &str| a.attributes.iter().find(|(name, ..)| name == wanted);
        let new = |wanted: &str| b.attributes.iter().find(|(name, ..)| name == wanted);
        let kept: Vec<_> = a.attributes.iter().filter(|(name, ..)| new(name).is_some()).collect();
        let in_order = b.attributes.iter().zip(&kept).all(|((now, ..), (was, ..))| now == was);
        let retyped = kept.iter().any(|attribute| new(&attribute.0) != Some(*attribute));
        if !in_order || (retyped && self.has_columns(id)) {
            return Swap;
        }
        let mut actions = Vec::new();
        for (attribute, ..) in &a.attributes {
            if new(attribute).is_none() {
                actions.push(format!("drop attribute {attribute}"));
            }
        }
        for attribute in &b.attributes {
            let (wanted, data_type, collation) = attribute;
            let rest = format!("{data_type}{}", super::create::collate(collation.as_deref()));
            match old(wanted) {
                None => actions.push(format!("add attribute {wanted} {rest}")),
                Some(was) if was != attribute => {
                    actions.push(format!("alter attribute {wanted} type {rest}"));
                }
                Some(_) => {}
            }
        }
        InPlace(vec![format!("alter type {name} {} cascade", actions.join(", "))])
    }
}

pub(super) fn alter_enum(name: &str, a: &Enum, b: &Enum) -> Alter {
    let kept: Vec<_> = b.labels.iter().filter(|label| a.labels.contains(label)).collect();
    if kept.len() != a.labels.len() || kept.iter().zip(&a.labels).any(|(x, y)| *x != y) {
        return Swap;
    }
    let mut statements = Vec::new();
    let mut before: Option<&str> = None;
    for (at, label) in b.labels.iter().enumerate() {
        if !a.labels.contains(label) {
            let rest = &b.labels[at..];
            let place = match before {
                // Appended: no place need be named.
                _ if rest.iter().all(|label| !a.labels.contains(label)) => String::new(),
                Some(before) => format!(" after {}", literal(before)),
                None => {
                    let first = a.labels.first().map_or("", String::as_str);
                    format!(" before {}", literal(first))
                }
            };
            statements.push(format!("alter type {name} add value {}{place}", literal(label)));
        }
        before = Some(label);
    }
    Early(statements)
}

pub(super) fn alter_domain(name: &str, a: &Domain, b: &Domain) -> Alter {
    if (&a.base, &a.collation) != (&b.base, &b.collation) {
        return Swap;
    }
    let mut statements = Vec::new();
    if a.default != b.default {
        statements.push(match &b.default {
            Some(default) => format!("alter domain {name} set default {}", lower(default)),
            None => format!("alter domain {name} drop default"),
        });
    }
    if a.not_null != b.not_null {
        let how = if b.not_null { "set" } else { "drop" };
        statements.push(format!("alter domain {name} {how} not null"));
    }
    InPlace(statements)
}

/// A type made anew: the statements that make it beside the old one, and those that move its columns.
pub(super) fn swap(
    planner: &Planner<'_>,
    id: &Id,
    columns: &[&Fact],
) -> (Vec<String>, Vec<String>) {
    let Some(new) = planner.b.get(id) else { return (Vec::new(), Vec::new()) };
    let word = if id.kind == Kind::Domain { "domain" } else { "type" };
    let (schema, _) = qualified(&id.name);
    let old = super::create::old_name(&id.name);
    let mut first = vec![format!("alter {} rename to {old}", target(planner.a, id))];
    if id.kind == Kind::Range {
        // Its functions are called after it and cannot be there twice: the columns wait as text.
        first = columns
            .iter()
            .filter(|part| !is_inherited(part))
            .map(|part| {
                let (table, name) = (part.id.of_name(), &part.id.name);
                format!("alter table {table} alter column {name} type text using {name}::text")
            })
            .collect();
        first.push(format!("drop type {}", id.name));
    }
    first.extend(planner.create(new));
    let mut rest = Vec::new();
    for part in columns {
        let Body::Column(column) = &part.body else { continue };
        if column.inherited {
            continue;
        }
        let (table, name) = (part.id.of_name(), &part.id.name);
        let data_type = &column.data_type;
        let by_text = if data_type.ends_with("[]") { "text[]" } else { "text" };
        let collation = super::create::collate(column.collation.as_deref());
        rest.push(format!(
            "alter table {table} alter column {name} type {data_type}{collation} using {name}::{by_text}::{data_type}"
        ));
    }
    if id.kind != Kind::Range {
        rest.push(format!("drop {word} {schema}.{old}"));
    }
    (first, rest)
}

fn is_inherited(part: &Fact) -> bool {
    matches!(&part.body, Body::Column(column) if column.inherited)
}
