//! What makes one column another, in place.

use super::create::{collate, compression, identity_definition, storage};
use super::sql::{literal, sequence_changes, settings_changes};
use crate::facts::{Column, Sequence};

/// What happens to the rows when a column changes its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retype {
    /// The catalogs change and nothing else.
    Free,
    /// The table is written again.
    Rewrite,
}

/// Statements now, and statements once what they need is committed; nothing if only a new column will do.
pub(super) fn changes(table: &str, name: &str, from: &Column, to: &Column) -> (Vec<String>, bool) {
    let prefix = format!("alter table {table} alter column {name}");
    let mut statements = Vec::new();
    if from.generated.is_some() && to.generated.is_none() {
        statements.push(format!("{prefix} drop expression"));
    }
    if from.identity.is_some() && to.identity.is_none() {
        statements.push(format!("{prefix} drop identity"));
    }
    let retyped = (&from.data_type, &from.collation) != (&to.data_type, &to.collation);
    if retyped {
        let using = match to.generated.is_none() {
            true => conversion(name, &from.data_type, &to.data_type),
            false => None,
        };
        let using = using.map(|using| format!(" using {using}")).unwrap_or_default();
        let collation = collate(to.collation.as_deref());
        statements.push(format!("{prefix} type {}{collation}{using}", to.data_type));
    }
    if to.not_null && !from.not_null {
        statements.push(format!("{prefix} set not null"));
    }
    if from.not_null && !to.not_null {
        statements.push(format!("{prefix} drop not null"));
    }
    match (&from.identity, &to.identity) {
        (None, Some(identity)) => {
            let definition = identity_definition(identity, table, name);
            statements.push(format!("{prefix} add {definition}"));
        }
        (Some(old), Some(new)) => {
            if old.always != new.always {
                let how = if new.always { "always" } else { "by default" };
                statements.push(format!("{prefix} set generated {how}"));
            }
            // The type of the sequence follows that of the column.
            let typed =
                Sequence { data_type: new.sequence.data_type.clone(), ..old.sequence.clone() };
            let options = sequence_changes(&typed, &new.sequence);
            if !options.is_empty() {
                statements.extend(restart(&old.name, &old.sequence, &new.sequence));
                let options: Vec<_> =
                    options.iter().map(|option| format!("set {option}")).collect();
                statements.push(format!("{prefix} {}", options.join(" ")));
            }
            if old.name != new.name {
                let (_, short) = super::sql::qualified(&new.name);
                statements.push(format!("alter sequence {} rename to {short}", old.name));
            }
        }
        _ => {}
    }
    let kept = |column: &Column| column.storage.clone().unwrap_or(column.type_storage.clone());
    // A new type brings its own storage.
    let before = if retyped { to.type_storage.clone() } else { kept(from) };
    if before != kept(to) {
        statements.push(format!("{prefix} set storage {}", storage(&kept(to))));
    }
    if from.compression != to.compression {
        let method = to.compression.as_deref().map_or("default", compression);
        statements.push(format!("{prefix} set compression {method}"));
    }
    if from.statistics != to.statistics {
        statements.push(format!("{prefix} set statistics {}", to.statistics));
    }
    statements.extend(settings_changes(&prefix, &from.settings, &to.settings));
    (statements, retyped)
}

/// Brings a sequence inside its new bounds, if it would be outside: to its new start.
pub(super) fn restart(name: &str, from: &Sequence, to: &Sequence) -> Option<String> {
    let narrower = to.min > from.min || to.max < from.max;
    narrower.then(|| {
        let (min, max) = (from.min.min(to.min), from.max.max(to.max));
        let wide = if (min, max) == (from.min, from.max) {
            String::new()
        } else {
            format!("alter sequence {name} minvalue {min} maxvalue {max};\n")
        };
        format!(
            "{wide}select pg_catalog.setval({}, {}, false)\nfrom {name} where last_value not between {} and {}",
            literal(name),
            to.start,
            to.min,
            to.max
        )
    })
}

/// Expression that turns old values into new ones, where PostgreSQL finds none by itself.
pub(super) fn conversion(name: &str, from: &str, to: &str) -> Option<String> {
    let (a, b) = (family(from), family(to));
    if a == b && a != Family::Other || (b == Family::Text && from == to) {
        return None;
    }
    if a == Family::Other && b == Family::Other && base(from) != base(to) {
        // A cast of their own is not known here; by way of text there always is one.
        let array = if to.ends_with("[]") && from.ends_with("[]") { "[]" } else { "" };
        return Some(format!("{name}::text{array}::{to}"));
    }
    Some(format!("{name}::{to}"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Time,
    Other,
}

/// Types between which PostgreSQL converts by itself.
fn family(data_type: &str) -> Family {
    match base(data_type) {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
            Family::Number
        }
        "text" | "character varying" | "character" | "bpchar" | "name" => Family::Text,
        "date" | "timestamp without time zone" | "timestamp with time zone" | "timestamp" => {
            Family::Time
        }
        _ => Family::Other,
    }
}

/// The type without its modifier.
fn base(data_type: &str) -> &str {
    if data_type.ends_with("[]") {
        return data_type;
    }
    data_type.split_once('(').map_or(data_type, |(base, _)| base).trim_end()
}

/// Whether a new type makes PostgreSQL write the table again.
pub(super) fn retype(from: &str, to: &str) -> Retype {
    let length = |data_type: &str| -> Option<u32> {
        let (_, rest) = data_type.split_once('(')?;
        rest.split_once(')')?.0.parse().ok()
    };
    let free = match (base(from), base(to)) {
        ("character varying" | "text", "text") => true,
        ("text", "character varying") => !to.contains('('),
        ("character varying", "character varying") => match (length(from), length(to)) {
            (_, None) => true,
            (Some(from), Some(to)) => to >= from,
            _ => false,
        },
        ("numeric", "numeric") => {
            let parts = |text: &str| -> Option<(u32, u32)> {
                let inner = text.split_once('(')?.1.split_once(')')?.0;
                let (precision, scale) = inner.split_once(',')?;
                Some((precision.parse().ok()?, scale.parse().ok()?))
            };
            match (parts(from), parts(to)) {
                (Some((p, s)), Some((wide, same))) => wide >= p && same == s,
                (_, None) => !to.contains('('),
                _ => false,
            }
        }
        (a, b) => a == b && from == to,
    };
    if free { Retype::Free } else { Retype::Rewrite }
}
