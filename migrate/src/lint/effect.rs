//! What a statement did, by the facts before and after it.

use super::old::Old;
use super::replay::Look;
use super::source::Unit;
use super::statement::Deed;
use super::{Raw, security};
use crate::facts::{Body, Column, Constraint, ConstraintKind, Fact, Facts, Id, Kind};

/// Findings of one statement, or of several that only add.
pub(super) fn of(unit: &Unit<'_>, before: &Look, after: &Look, old: &Old<'_>) -> Vec<Raw> {
    let mut found = Vec::new();
    let (was, is) = (&before.facts, &after.facts);
    // Under another name everything looks dropped and new.
    let renamed = matches!(unit.deeds(), [Deed::Rename { .. } | Deed::RenameColumn { .. }]);
    for fact in is.iter().filter(|_| !renamed) {
        match was.get(&fact.id) {
            None => added(unit, fact, was, is, old, &mut found),
            Some(then) if then.body != fact.body => changed(unit, then, fact, was, old, &mut found),
            Some(_) => {}
        }
        security::check(unit, was.get(&fact.id), fact, is, old, &mut found);
    }
    for fact in was.iter().filter(|fact| !renamed && !is.contains(&fact.id)) {
        removed(unit, fact, is, old, &mut found);
    }
    for object in is.unmodelled().iter().filter(|object| !was.unmodelled().contains(object)) {
        let sentence = format!("{object} is of a kind that nothing here understands");
        found.push(unit.find("AR109", &object.name, sentence));
    }
    rewritten(unit, before, after, old, &mut found);
    found
}

/// Rows, columns and tables that are gone. What can be made again without loss is looked at when the file ends.
fn removed(unit: &Unit<'_>, fact: &Fact, is: &Facts, old: &Old<'_>, found: &mut Vec<Raw>) {
    if !old.knows(&fact.id) {
        return;
    }
    let name = &*fact.id.name;
    let gone = |code, sentence: String| unit.find(code, name, sentence);
    match (&fact.body, fact.id.owner()) {
        (Body::Schema {}, _) => {
            found.push(gone("DS101", format!("schema {name} is dropped with everything in it")));
        }
        (Body::Table(_), _) if has_schema(name, is) => {
            found.push(gone("DS102", format!("table {name} is dropped with its rows")));
        }
        (Body::Column(Column { generated: None, .. }), Some(table)) if is.contains(table) => {
            let sentence = format!("column {}.{name} is dropped with its values", table.name);
            found.push(gone("DS103", sentence));
        }
        (Body::Column(_), Some(table)) if is.contains(table) => {
            let sentence = format!(
                "generated column {}.{name} is dropped; the release before may read it",
                table.name
            );
            found.push(gone("AR112", sentence));
        }
        _ => {}
    }
}

/// Whether the schema of an object is there.
pub(super) fn has_schema(name: &str, facts: &Facts) -> bool {
    let schema = name.strip_suffix(super::words::last_part(name)).unwrap_or_default();
    facts.contains(&Id::new(Kind::Schema, schema.trim_end_matches('.')))
}

fn added(
    unit: &Unit<'_>,
    fact: &Fact,
    was: &Facts,
    is: &Facts,
    old: &Old<'_>,
    found: &mut Vec<Raw>,
) {
    let name = &*fact.id.name;
    let mut find = |code, sentence: String| found.push(unit.find(code, name, sentence));
    match (&fact.body, fact.id.owner()) {
        (Body::Column(column), Some(table)) if old.has(&table.name) => {
            let default = Id { kind: Kind::Default, ..fact.id.clone() };
            let filled = is.contains(&default)
                || column.identity.is_some()
                || column.generated.is_some()
                || domain_default(column, is);
            if column.not_null && !filled {
                let sentence = format!(
                    "{}.{name} must not be null and has no default: it cannot be added where there are rows, and the \
                     release before inserts without it",
                    table.name
                );
                find("MF103", sentence);
            }
        }
        (Body::Constraint(constraint), Some(table)) if old.has(&table.name) => {
            let using = unit.words_of(name).is_some_and(|words| words.have("using index"));
            let from_above = is.get(&Id::new(Kind::Table, table.name.clone()));
            let partition = from_above.is_some_and(
                |fact| matches!(&fact.body, Body::Table(table) if table.partition.is_some()),
            );
            if !partition {
                for (code, sentence) in new_constraint(name, &table.name, constraint, using) {
                    find(code, sentence);
                }
            }
        }
        (Body::Index(index), _) => {
            let Some(table) = table_of(fact).filter(|table| old.has(table)) else { return };
            if index.unique {
                let then = unit.start.get(&fact.id).map(|fact| &fact.body);
                let again = matches!(then, Some(Body::Index(then)) if !then.unique);
                let (code, what) = if again { ("MF102", "becomes") } else { ("MF101", "is") };
                find(code, format!("{name} {what} unique: equal rows of {table} make it fail"));
            }
        }
        (Body::DomainConstraint { valid: true, .. }, Some(domain)) if was.contains(domain) => {
            let used = was.iter().any(|fact| {
                fact.id.kind == Kind::Column && fact.deps.contains(domain) && old.knows(&fact.id)
            });
            if used {
                let sentence = format!(
                    "every table with a column of {} is read through for {name} while writers wait",
                    domain.name
                );
                find("PG305", sentence);
            }
        }
        _ => {}
    }
}

fn new_constraint(
    name: &str,
    table: &str,
    constraint: &Constraint,
    using_index: bool,
) -> Vec<(&'static str, String)> {
    let waits = format!("{table} is read through for {name} while");
    match constraint.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude
            if using_index =>
        {
            Vec::new()
        }
        ConstraintKind::PrimaryKey => {
            vec![("PG104", format!("{waits} nobody can read or write it"))]
        }
        ConstraintKind::Unique | ConstraintKind::Exclude => vec![
            ("MF101", format!("rows of {table} that break {name} make it fail")),
            ("PG105", format!("{waits} nobody can read or write it")),
        ],
        ConstraintKind::Check if constraint.valid => {
            vec![("PG305", format!("{waits} nobody can read or write it"))]
        }
        ConstraintKind::ForeignKey if constraint.valid => {
            vec![("PG306", format!("{waits} writers of it and of the table it refers to wait"))]
        }
        _ => Vec::new(),
    }
}

fn changed(
    unit: &Unit<'_>,
    then: &Fact,
    fact: &Fact,
    was: &Facts,
    old: &Old<'_>,
    found: &mut Vec<Raw>,
) {
    let name = &*fact.id.name;
    let mut find = |code, sentence: String| found.push(unit.find(code, name, sentence));
    match (&then.body, &fact.body, fact.id.owner()) {
        (Body::Column(then), Body::Column(now), Some(table))
            if old.knows(&fact.id) && now.not_null && !then.not_null =>
        {
            let sentence = format!(
                "{}.{name} becomes not null: null values make it fail, and the release before may write them",
                table.name
            );
            find("MF104", sentence);
            if !checked(&table.name, name, was) {
                let sentence = format!(
                    "{} is read through for nulls of {name} while nobody can read or write it",
                    table.name
                );
                find("PG303", sentence);
            }
        }
        (Body::Index(then), Body::Index(now), _) if now.unique && !then.unique => {
            find("MF102", format!("{name} becomes unique: equal rows make it fail"));
        }
        _ => {}
    }
}

/// Whether a valid check says already that a column is not null: PostgreSQL then trusts it.
fn checked(table: &str, column: &str, facts: &Facts) -> bool {
    facts.iter().any(|fact| match &fact.body {
        Body::Constraint(constraint) => {
            constraint.valid
                && constraint.kind == ConstraintKind::Check
                && fact.id.of_name() == table
                && constraint.definition.contains(&format!("({column} IS NOT NULL)"))
        }
        _ => false,
    })
}

fn domain_default(column: &Column, facts: &Facts) -> bool {
    let id = Id::new(Kind::Domain, column.data_type.as_str());
    matches!(facts.get(&id).map(|fact| &fact.body), Some(Body::Domain(domain)) if domain.default.is_some())
}

/// What a client sees of a type: no length, and what is below a domain.
pub(super) fn wire(data_type: &str, facts: &Facts) -> String {
    let domain = facts.get(&Id::new(Kind::Domain, data_type));
    if let Some(Body::Domain(domain)) = domain.map(|fact| &fact.body) {
        return wire(&domain.base, facts);
    }
    let (name, rest) = data_type.split_once('(').unwrap_or((data_type, ""));
    let rest = rest.split_once(')').map_or("", |(_, rest)| rest);
    // Both travel as text, and drivers take one for the other.
    let name = if name == "character varying" { "text" } else { name };
    format!("{name}{rest}")
}

/// Table of an index.
fn table_of(fact: &Fact) -> Option<&str> {
    let relation = |id: &'_ Id| matches!(id.kind, Kind::Table | Kind::MatView);
    if let Some(parent) = fact.parent.as_ref().filter(|parent| relation(parent)) {
        return Some(&parent.name);
    }
    fact.deps.iter().find_map(|dep| match dep.owner() {
        _ if relation(dep) => Some(&*dep.name),
        Some(of) if dep.kind == Kind::Column => Some(&*of.name),
        _ => None,
    })
}

/// Tables that have another file on disk: they were written anew.
fn rewritten(unit: &Unit<'_>, before: &Look, after: &Look, old: &Old<'_>, found: &mut Vec<Raw>) {
    if unit.deeds().iter().any(|deed| matches!(deed, Deed::Truncate | Deed::Refill { .. })) {
        return;
    }
    for (oid, (name, place)) in &after.files {
        let moved = before.files.get(oid).is_some_and(|(_, then)| then != place);
        if !moved || !old.has(name) {
            continue;
        }
        let columns = |look: &Look| -> Vec<(String, String)> {
            let columns = look.facts.iter().filter_map(|fact| match &fact.body {
                Body::Column(column) if fact.id.of_name() == name => {
                    Some((fact.id.name.to_string(), column.data_type.clone()))
                }
                _ => None,
            });
            columns.collect()
        };
        let (was, is) = (columns(before), columns(after));
        let types = |(name, data_type): &&(String, String)| {
            was.iter().any(|(then, ty)| then == name && ty != data_type)
        };
        let news = |(name, _): &&(String, String)| was.iter().all(|(then, _)| then != name);
        let (code, why) = match (is.iter().find(types), is.iter().find(news)) {
            (Some((column, ty)), _) => ("PG301", format!("{column} becomes {ty}")),
            (None, Some((column, _))) => {
                ("PG302", format!("{column} has a value of its own in every row"))
            }
            (None, None) => ("PG301", "of the way it is stored".to_owned()),
        };
        let sentence =
            format!("{name} is written anew, since {why}; nobody can read or write it meanwhile");
        found.push(unit.find(code, name, sentence.replace("since of", "because of")));
    }
}
