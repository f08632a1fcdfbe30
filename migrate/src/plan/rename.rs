//! What has another name: as told, or without any doubt.

use super::rewrite::Names;
use super::sql::{literal, qualified, title};
use super::{Change, Hazard, Options, Rename, RenameHint, Undecided};
use crate::facts::{Body, Column, Facts, Id, Kind, Table};

/// Kinds that have a name in a schema, in the order in which a given name is looked for.
const TOP: [Kind; 8] = [
    Kind::Table,
    Kind::View,
    Kind::MatView,
    Kind::Sequence,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
];

/// The first state with new names, and the statements that give them.
pub(super) struct Renamed {
    pub(super) facts: Facts,
    pub(super) changes: Vec<Change>,
}

/// Renames what the options name, then what can only be a rename.
pub(super) fn rename(a: &Facts, b: &Facts, options: &Options) -> Result<Renamed, Undecided> {
    let mut renamed = Renamed { facts: a.clone(), changes: Vec::new() };
    // Schemas first, tables before their columns: each name is looked for as it then reads.
    let mut told = Vec::new();
    for hint in &options.renames {
        told.push(resolve(a, hint)?);
    }
    told.sort_by_key(|(id, ..)| (id.kind != Kind::Schema, id.of.is_some()));
    let mut so_far = Names::default();
    for (id, new, hint) in told {
        let id = so_far.id(&id);
        check(&renamed.facts, b, &id, &new, hint)?;
        renamed.one(b, &id, &new, &mut so_far);
    }
    for (id, new) in certain(&renamed.facts, b) {
        renamed.one(b, &id, &new, &mut Names::default());
    }
    Ok(renamed)
}

/// What a hint names, and the new name: in full for what lives in a schema, else the bare one.
fn resolve<'h>(a: &Facts, hint: &'h RenameHint) -> Result<(Id, String, &'h RenameHint), Undecided> {
    let unknown = |why| Undecided::UnknownRename { rename: hint.clone(), why };
    let schema = Id::new(Kind::Schema, hint.from.as_str());
    if a.contains(&schema) {
        return Ok((schema, hint.to.clone(), hint));
    }
    for kind in TOP {
        let id = Id::new(kind, hint.from.as_str());
        if a.contains(&id) {
            let (schema, _) = qualified(&hint.from);
            let new = match qualified(&hint.to) {
                ("", short) => format!("{schema}.{short}"),
                _ => hint.to.clone(),
            };
            return Ok((id, new, hint));
        }
    }
    let Some((of, name)) = hint.from.rsplit_once('.') else {
        return Err(unknown("nothing is called that before the change"));
    };
    let short = hint.to.rsplit_once('.').map_or(hint.to.as_str(), |(_, short)| short).to_owned();
    let table = Id::new(Kind::Table, of);
    for kind in [Kind::Column, Kind::Constraint] {
        let id = Id::of(kind, table.clone(), name);
        if a.contains(&id) {
            return Ok((id, short, hint));
        }
    }
    match a.get(&Id::new(Kind::Composite, of)).map(|fact| &fact.body) {
        Some(Body::Composite(body)) if body.attributes.iter().any(|(own, ..)| own == name) => {
            return Ok((Id::of(Kind::Column, Id::new(Kind::Composite, of), name), short, hint));
        }
        _ => {}
    }
    // A label may have dots; the name of its enum is the longest that fits.
    for fact in a.iter() {
        if let Body::Enum(body) = &fact.body
            && let Some(label) = hint.from.strip_prefix(&format!("{}.", fact.id.name))
            && body.labels.iter().any(|own| own == label)
        {
            let prefix = format!("{}.", fact.id.name);
            let new = hint.to.strip_prefix(&prefix).unwrap_or(&hint.to).to_owned();
            return Ok((Id::of(Kind::Enum, fact.id.clone(), label), new, hint));
        }
    }
    Err(unknown("nothing is called that before the change; write schema.table.column=new"))
}

/// Refuses a rename that the second state does not bear out.
fn check(a: &Facts, b: &Facts, id: &Id, new: &str, hint: &RenameHint) -> Result<(), Undecided> {
    let unknown = |why| Err(Undecided::UnknownRename { rename: hint.clone(), why });
    let target = match (id.kind, &id.of) {
        (Kind::Enum, Some(of)) => {
            return match b.get(of).map(|fact| &fact.body) {
                Some(Body::Enum(body)) if body.labels.iter().any(|label| label == new) => Ok(()),
                _ => unknown("the new enum has no such label"),
            };
        }
        (Kind::Column, Some(of)) if of.kind == Kind::Composite => {
            return match b.get(of).map(|fact| &fact.body) {
                Some(Body::Composite(body))
                    if body.attributes.iter().any(|(own, ..)| own == new) =>
                {
                    Ok(())
                }
                _ => unknown("the new type has no such attribute"),
            };
        }
        (kind, Some(of)) => Id::of(kind, (**of).clone(), new),
        (kind, None) => Id::new(kind, new),
    };
    if !b.contains(&target) {
        return unknown("nothing of that kind has the new name after the change");
    }
    if a.contains(&target) {
        return unknown("the new name is taken before the change");
    }
    Ok(())
}

impl Renamed {
    /// Renames one thing, in the facts and in the statements.
    fn one(&mut self, b: &Facts, id: &Id, new: &str, so_far: &mut Names) {
        let mut names = Names::default();
        let mut sql = Vec::new();
        let old = id.name.to_string();
        let of = id.of_name().to_owned();
        let headline = title(&self.facts, id);
        match (id.kind, &id.of) {
            (Kind::Schema, _) => {
                sql.push(format!("alter schema {old} rename to {new}"));
                names.schemas.insert(old.clone(), new.to_owned());
            }
            (Kind::Enum, Some(_)) => {
                sql.push(format!(
                    "alter type {of} rename value {} to {}",
                    literal(&old),
                    literal(new)
                ));
                names.labels.insert((of, old.clone()), new.to_owned());
            }
            (Kind::Column, Some(parent)) => {
                let what = if parent.kind == Kind::Composite { "type" } else { "table" };
                let part = if parent.kind == Kind::Composite { "attribute" } else { "column" };
                sql.push(format!("alter {what} {of} rename {part} {old} to {new}"));
                for table in self.with_partitions(&of) {
                    names.columns.insert((table, old.clone()), new.to_owned());
                }
            }
            (Kind::Constraint, Some(_)) => {
                sql.push(format!("alter table {of} rename constraint {old} to {new}"));
                names.constraints.insert((of, old.clone()), new.to_owned());
            }
            (kind, _) => {
                let word = match kind {
                    Kind::Enum | Kind::Composite | Kind::Range => "type",
                    kind => kind.name(),
                };
                let ((schema, short), (new_schema, new_short)) = (qualified(&old), qualified(new));
                if schema != new_schema {
                    let there = Id::new(Kind::Schema, new_schema);
                    if !self.facts.contains(&there) {
                        sql.push(format!("create schema {new_schema}"));
                        if let Some(fact) = b.get(&there) {
                            self.facts.insert(fact.clone());
                        }
                    }
                    sql.push(format!("alter {word} {old} set schema {new_schema}"));
                    self.moved(id, new_schema, &mut names);
                }
                if short != new_short {
                    sql.push(format!("alter {word} {new_schema}.{short} rename to {new_short}"));
                }
                names.objects.insert((kind, old.clone()), new.to_owned());
            }
        }
        self.facts = names.apply(&self.facts);
        let statements: Vec<_> = sql.iter().map(|sql| format!("{sql};")).collect();
        let hazard = match id.kind {
            Kind::Table | Kind::View | Kind::MatView | Kind::Schema => Some("BC101"),
            Kind::Column | Kind::Enum => Some("BC102"),
            _ => None,
        };
        let sentence =
            format!("{headline} becomes {new}: the release that is running does not know that");
        self.changes.push(Change {
            comment: format!("Rename {headline} to \"{new}\""),
            sql: statements.join("\n"),
            hazards: hazard.map(|code| Hazard::new(code, sentence)).into_iter().collect(),
        });
        so_far.schemas.extend(names.schemas);
        so_far.objects.extend(names.objects);
        so_far.columns.extend(names.columns);
        so_far.labels.extend(names.labels);
    }

    /// A table and the partitions below it, whose columns have the same names.
    fn with_partitions(&self, table: &str) -> Vec<String> {
        let mut tables = vec![table.to_owned()];
        let mut at = 0;
        while at < tables.len() {
            for fact in self.facts.iter() {
                if let Body::Table(Table { partition: Some(partition), .. }) = &fact.body
                    && partition.parent == tables[at]
                {
                    tables.push(fact.id.name.to_string());
                }
            }
            at += 1;
        }
        tables
    }

    /// What moves to another schema along with a table: its indexes and the sequences of its columns.
    fn moved(&self, table: &Id, schema: &str, names: &mut Names) {
        for fact in self.facts.iter() {
            let there = |name: &str| format!("{schema}.{}", qualified(name).1);
            match &fact.body {
                Body::Index(_) if fact.parent.as_ref() == Some(table) => {
                    let name = fact.id.name.to_string();
                    names.objects.insert((Kind::Index, name.clone()), there(&name));
                }
                Body::SequenceOwner { table: owner, .. } if *owner == *table.name => {
                    let name = fact.id.of_name().to_owned();
                    names.objects.insert((Kind::Sequence, name.clone()), there(&name));
                }
                Body::Column(Column { identity: Some(identity), .. })
                    if fact.id.owner() == Some(table) =>
                {
                    let name = identity.name.clone();
                    names.objects.insert((Kind::Sequence, name.clone()), there(&name));
                }
                _ => {}
            }
        }
    }
}

/// What is the same but for its name, and holds nothing that a wrong guess could lose: constraints, indexes, and the
/// sequence of a column.
fn certain(a: &Facts, b: &Facts) -> Vec<(Id, String)> {
    let mut found: Vec<(Id, String)> = Vec::new();
    let new: Vec<_> = b.iter().filter(|fact| !a.contains(&fact.id)).collect();
    for fact in a.iter().filter(|fact| !b.contains(&fact.id)) {
        let twin = new.iter().find(|twin| {
            let taken = found.iter().any(|(id, name)| {
                id.kind == twin.id.kind && *name == *twin.id.name && id.of == twin.id.of
            });
            let kept = fact.parent == twin.parent
                && fact
                    .parent
                    .as_ref()
                    .is_some_and(|parent| b.contains(parent) && a.contains(parent));
            !taken
                && match (&fact.body, &twin.body) {
                    (Body::Constraint(x), Body::Constraint(y)) => kept && x == y,
                    (Body::Index(x), Body::Index(y)) => {
                        let rest =
                            |text: &str| text.split_once(" ON ").map(|(_, rest)| rest.to_owned());
                        kept && x.unique == y.unique
                            && x.valid
                            && rest(&x.definition) == rest(&y.definition)
                    }
                    (Body::Sequence(_), Body::Sequence(_)) => {
                        let owner = |facts: &Facts, id: &Id| {
                            let place = Id::of(Kind::SequenceOwner, id.clone(), "");
                            facts.get(&place).map(|fact| fact.body.clone())
                        };
                        let before = owner(a, &fact.id);
                        before.is_some() && before == owner(b, &twin.id)
                    }
                    _ => false,
                }
        });
        if let Some(twin) = twin {
            found.push((fact.id.clone(), twin.id.name.to_string()));
        }
    }
    found
}

/// What may have been renamed, or dropped and another thing added.
pub(super) fn candidates(a: &Facts, b: &Facts) -> Vec<Rename> {
    let mut found = Vec::new();
    let mut candidate =
        |kind: Kind, from: String, to: String| found.push(Rename { kind, from, to });
    let added: Vec<_> = b.iter().filter(|fact| !a.contains(&fact.id)).collect();
    for gone in a.iter().filter(|fact| !b.contains(&fact.id)) {
        for new in added.iter().filter(|fact| fact.id.kind == gone.id.kind) {
            match (&gone.body, &new.body) {
                (Body::Column(x), Body::Column(y)) if gone.parent == new.parent => {
                    let same = (&x.data_type, &x.collation) == (&y.data_type, &y.collation);
                    let plain = x.generated.is_none() && y.generated.is_none();
                    let kept = gone.parent.as_ref().is_some_and(|table| b.contains(table));
                    if same && plain && kept && !x.inherited && !y.inherited {
                        let of = gone.id.of_name();
                        candidate(
                            Kind::Column,
                            format!("{of}.{}", gone.id.name),
                            format!("{of}.{}", new.id.name),
                        );
                    }
                }
                (Body::Table(x), Body::Table(y)) => {
                    let parts = x.partition.is_some() || y.partition.is_some();
                    if !parts && alike(a, &gone.id, b, &new.id) {
                        candidate(Kind::Table, gone.id.name.to_string(), new.id.name.to_string());
                    }
                }
                (Body::Sequence(x), Body::Sequence(y)) if x == y => {
                    let owned = |facts: &Facts, id: &Id| {
                        facts.contains(&Id::of(Kind::SequenceOwner, id.clone(), ""))
                    };
                    if !owned(a, &gone.id) && !owned(b, &new.id) {
                        candidate(
                            Kind::Sequence,
                            gone.id.name.to_string(),
                            new.id.name.to_string(),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    for before in a.iter() {
        let Some(after) = b.get(&before.id) else { continue };
        let name = &before.id.name;
        match (&before.body, &after.body) {
            // One label for another in the same place.
            (Body::Enum(x), Body::Enum(y)) if x.labels.len() == y.labels.len() => {
                for (old, new) in x.labels.iter().zip(&y.labels) {
                    if !y.labels.contains(old) && !x.labels.contains(new) {
                        candidate(Kind::Enum, format!("{name}.{old}"), format!("{name}.{new}"));
                    }
                }
            }
            (Body::Composite(x), Body::Composite(y)) => {
                let known = |list: &[(String, String, Option<String>)], wanted: &str| {
                    list.iter().any(|(name, ..)| name == wanted)
                };
                for (old, old_type, _) in &x.attributes {
                    for (new, new_type, _) in &y.attributes {
                        if old_type == new_type
                            && !known(&y.attributes, old)
                            && !known(&x.attributes, new)
                        {
                            candidate(
                                Kind::Composite,
                                format!("{name}.{old}"),
                                format!("{name}.{new}"),
                            );
                        }
                    }
                }
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// Whether two tables share most of their columns.
fn alike(a: &Facts, old: &Id, b: &Facts, new: &Id) -> bool {
    let columns = |facts: &Facts, table: &Id| -> Vec<(String, String)> {
        let of = facts.iter().filter(|fact| fact.parent.as_ref() == Some(table));
        of.filter_map(|fact| match &fact.body {
            Body::Column(column) => Some((fact.id.name.to_string(), column.data_type.clone())),
            _ => None,
        })
        .collect()
    };
    let (x, y) = (columns(a, old), columns(b, new));
    let shared = x.iter().filter(|column| y.contains(column)).count();
    let moved = qualified(&old.name).1 == qualified(&new.name).1;
    moved || (shared > 0 && shared * 3 >= x.len().max(y.len()) * 2)
}
