//! Views that keep an old name for the release before.

use std::collections::BTreeMap;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::comments::{Notes, Shim};
use super::effect::wire;
use super::source::Source;
use super::{Raw, Severity};
use crate::directory::File;
use crate::error::Error;
use crate::facts::{Acl, Body, Column, Facts, Id, Kind, Relation};

/// Insert, update and delete, as `pg_relation_is_updatable` counts them.
const WRITABLE: i32 = 28;

/// The shims that files declare, oldest first.
///
/// # Errors
/// When a file is not UTF-8.
pub(super) fn declared<'a>(files: impl Iterator<Item = &'a File>) -> Result<Vec<Shim>, Error> {
    let mut shims = Vec::new();
    for file in files {
        let notes = Notes::read(file, file.text()?, &file.statements()?);
        shims.extend(notes.shims().map(|(_, shim)| shim.clone()));
    }
    Ok(shims)
}

/// Checks the shims of the new files in the database they have made; renames that one of them covers are no errors then.
pub(super) async fn check(
    client: &Client,
    sources: &[Source<'_>],
    base: &Facts,
    end: &Facts,
    found: &mut Vec<Raw>,
) -> Result<(), Error> {
    let mut sound = BTreeMap::new();
    for source in sources {
        for (statement, shim) in source.notes.shims() {
            let dropped = format!("{} is made in ", shim.name);
            if found.iter().any(|raw| raw.code == "AR113" && raw.sentence.starts_with(&dropped)) {
                continue;
            }
            let faults = faults(client, shim, base, end).await?;
            let whole = faults.is_empty();
            found.extend(faults.into_iter().map(|fault| source.at("AR113", statement, fault)));
            if whole {
                sound.insert(shim.name.clone(), shim.until.clone());
            }
        }
    }
    for raw in found.iter_mut().filter(|raw| matches!(raw.code, "BC101" | "BC102")) {
        let kept = sound.iter().find(|(name, _)| {
            raw.sentence
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with([' ', '.']))
        });
        if let Some((name, until)) = kept {
            raw.severity = Some(Severity::Info);
            raw.sentence.push_str(&format!(", which a view keeps until {until}"));
            raw.mend = Some(format!("drop the view {name} with {until}"));
        }
    }
    Ok(())
}

/// A shim that one of the new files makes and another drops protects nobody.
pub(super) fn made_and_dropped(
    source: &Source<'_>,
    sources: &[Source<'_>],
    before: &Facts,
    after: &Facts,
    found: &mut Vec<Raw>,
) {
    let shims = sources.iter().take(source.number + 1).flat_map(|source| source.notes.shims());
    for (_, shim) in shims {
        let view = Id::new(Kind::View, shim.name.as_str());
        let made_here = shim.file == source.file.name();
        let dropped = source
            .words
            .iter()
            .rposition(|words| words.begin("drop view") && words.name(&shim.name));
        if !after.contains(&view) && (before.contains(&view) || made_here) && dropped.is_some() {
            let sentence = format!(
                "{} is made in {} and dropped in the same release: the release before never sees it",
                shim.name, shim.file
            );
            found.push(source.at("AR113", dropped, sentence));
        }
    }
}

async fn faults(
    client: &Client,
    shim: &Shim,
    base: &Facts,
    end: &Facts,
) -> Result<Vec<String>, Error> {
    let name = shim.name.as_str();
    let table = Id::new(Kind::Table, name);
    let Some(Body::Table(old)) = base.get(&table).map(|fact| &fact.body) else {
        return Ok(vec![format!("there was no table {name} before these files")]);
    };
    let view = Id::new(Kind::View, name);
    let Some(Body::Relation(now)) = end.get(&view).map(|fact| &fact.body) else {
        return Ok(vec![format!("there is no view {name} after these files")]);
    };
    let mut faults = missing_columns(name, now, base, end);
    let sql = "select pg_relation_is_updatable(c.oid, false),
                 array(select a.attname::text from pg_attribute a
                       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                         and not pg_column_is_updatable(c.oid, a.attnum, false))
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where format('%I.%I', n.nspname, c.relname) = $1";
    let rows = client.query_typed(sql, &[(&name, Type::TEXT)]).await;
    let rows = rows.map_err(|source| Error::Database { doing: "read the catalogs", source })?;
    let (writable, fixed) = rows.first().map_or((0, Vec::new()), |row| (row.get(0), row.get(1)));
    let fixed: Vec<String> = fixed;
    if writable & WRITABLE != WRITABLE {
        faults.push(format!(
            "{name} is no simple view: rows cannot be inserted, updated and deleted through it"
        ));
    } else if !fixed.is_empty() {
        faults.push(format!("{} of {name} cannot be written through it", fixed.join(", ")));
    }
    let invoker =
        now.settings.iter().any(|(name, value)| name == "security_invoker" && value == "true");
    if old.row_security && !invoker {
        faults.push(format!(
            "{name} goes around the row security of its table: make it with (security_invoker = true)"
        ));
    }
    faults.extend(missing_privileges(&table, &view, base, end));
    Ok(faults)
}

fn missing_columns(name: &str, now: &Relation, base: &Facts, end: &Facts) -> Vec<String> {
    let columns = base.iter().filter_map(|fact| match &fact.body {
        Body::Column(column) if fact.id.of_name() == name => Some((&*fact.id.name, column)),
        _ => None,
    });
    let fault = |(column, was): (&str, &Column)| {
        let found = now.columns.iter().find(|(known, ..)| known == column);
        match found {
            None => Some(format!("{name} has no column {column} any more")),
            Some((_, ty, _)) if wire(ty, end) != wire(&was.data_type, base) => {
                Some(format!("{name}.{column} is {ty} instead of {}", was.data_type))
            }
            Some(_) => None,
        }
    };
    columns.filter_map(fault).collect()
}

fn missing_privileges(table: &Id, view: &Id, base: &Facts, end: &Facts) -> Vec<String> {
    let mut faults = Vec::new();
    for fact in base.iter().filter(|fact| fact.id.owner() == Some(table)) {
        let Body::Acl(Acl { privileges }) = &fact.body else { continue };
        let role = &fact.id.name;
        let now = end.get(&Id::of(Kind::Acl, view.clone(), role.clone())).map(|fact| &fact.body);
        let has = |privilege: &str| matches!(now, Some(Body::Acl(now)) if now.privileges.iter().any(|p| p.trim_end_matches('*') == privilege));
        let lost: Vec<&str> = privileges
            .iter()
            .map(|privilege| privilege.trim_end_matches('*'))
            .filter(|p| matches!(*p, "SELECT" | "INSERT" | "UPDATE" | "DELETE") && !has(p))
            .collect();
        if !lost.is_empty() {
            faults.push(format!(
                "{role} does not have {} on the view {}",
                lost.join(", "),
                table.name
            ));
        }
    }
    faults
}
