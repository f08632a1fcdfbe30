//! Runs a new file statement by statement on a database that is thrown away, and looks at what each has done.

use std::collections::HashMap;

use tokio_postgres::error::{ErrorPosition, SqlState};
use tokio_postgres::{Client, GenericClient};

use super::old::Old;
use super::source::{Source, Unit};
use super::statement::Deed;
use super::{Raw, effect, last};
use crate::error::Error;
use crate::facts::{Facts, Id, Kind, read_in};

/// A database at one moment.
#[derive(Debug)]
pub(super) struct Look {
    /// What it holds.
    pub(super) facts: Facts,
    /// Name and file on disk of each table, by its number.
    pub(super) files: HashMap<i64, (String, i64)>,
}

/// Names are written out in full, since the session's search path is empty.
const FILES: &str = "
    select c.oid::int8, c.oid::regclass::text, pg_relation_filenode(c.oid)::int8
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/// Looks.
pub(super) async fn look(on: &mut impl GenericClient) -> Result<Look, Error> {
    let doing = |source| Error::Database { doing: "read the catalogs", source };
    // The settings of the reader end with it.
    let inner = on.transaction().await.map_err(doing)?;
    let facts = read_in(&inner).await?;
    inner.rollback().await.map_err(doing)?;
    let rows = on.query_typed(FILES, &[]).await.map_err(doing)?;
    let files = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
    Ok(Look { facts, files })
}

/// What came of a file.
#[derive(Debug)]
pub(super) struct Played {
    /// What was found.
    pub(super) found: Vec<Raw>,
    /// The database after it; none if a statement failed.
    pub(super) after: Option<Look>,
}

/// Runs a file as the runner would: in one transaction, or each statement by itself.
pub(super) async fn play(
    client: &mut Client,
    source: &Source<'_>,
    before: Look,
    old: &mut Old<'_>,
) -> Result<Played, Error> {
    let start = before.facts.clone();
    let mut gone = HashMap::new();
    let doing = |source| Error::Database { doing: "begin or commit a migration", source };
    let mut played = if source.in_transaction() {
        let mut transaction = client.transaction().await.map_err(doing)?;
        let played = statements(&mut transaction, source, &start, before, old, &mut gone).await?;
        match &played.after {
            Some(_) => match transaction.commit().await {
                Ok(()) => played,
                Err(error) if error.as_db_error().is_some() => {
                    let mut found = played.found;
                    let last = source.statements.len().checked_sub(1);
                    let sentence = format!("the commit fails: {}", said(&error));
                    found.push(source.at("AR100", last, sentence));
                    Played { found, after: None }
                }
                Err(error) => return Err(doing(error)),
            },
            None => played,
        }
    } else {
        statements(client, source, &start, before, old, &mut gone).await?
    };
    if let Some(after) = &played.after {
        let whole = Unit { source, range: 0..source.statements.len(), start: &start };
        played.found.extend(last::of(&whole, &start, &after.facts, old, &gone));
        // Whatever comes back later is another object.
        for id in gone.keys().filter(|id| !after.facts.contains(id)) {
            old.forget(id);
        }
    }
    Ok(played)
}

async fn statements(
    on: &mut impl GenericClient,
    source: &Source<'_>,
    start: &Facts,
    before: Look,
    old: &mut Old<'_>,
    gone: &mut HashMap<Id, usize>,
) -> Result<Played, Error> {
    let mut before = before;
    let mut found = Vec::new();
    let mut next = 0;
    while next < source.statements.len() {
        let first = next;
        while next < source.statements.len() && adds(&source.deeds[next], old) {
            next += 1;
        }
        // One that may do anything is looked at alone.
        next = next.max(first + 1);
        for at in first..next {
            let statement = &source.statements[at];
            if let Err(error) = on.batch_execute(statement.text).await {
                if error.as_db_error().is_none() {
                    return Err(Error::Database { doing: "run a migration", source: error });
                }
                found.push(failure(source, at, &error));
                return Ok(Played { found, after: None });
            }
        }
        let after = look(on).await?;
        let unit = Unit { source, range: first..next, start };
        found.extend(renamed(&unit, old));
        found.extend(effect::of(&unit, &before, &after, old));
        for fact in before.facts.iter().filter(|fact| !after.facts.contains(&fact.id)) {
            let at = unit.blame(&fact.id.name, "");
            gone.entry(fact.id.clone()).or_insert(at);
            let rows = matches!(fact.id.kind, Kind::Table | Kind::Column);
            let rename = matches!(unit.deeds(), [Deed::Rename { .. } | Deed::RenameColumn { .. }]);
            if rows && !rename {
                old.forget(&fact.id);
            }
        }
        match unit.deeds() {
            [Deed::Rename { from, to }] => old.rename(from, to),
            [Deed::RenameColumn { table, from, to }] => old.rename_column(table, from, to),
            _ => {}
        }
        before = after;
    }
    Ok(Played { found, after: Some(before) })
}

/// Whether a statement can only add something, so that its neighbours may be looked at together with it.
fn adds(deed: &Deed, old: &Old<'_>) -> bool {
    match deed {
        Deed::Add => true,
        Deed::CreateIndex { table, .. } | Deed::AlterTable { table } => !old.has(table),
        // Nothing was there that could be changed.
        _ => old.is_empty(),
    }
}

/// A rename cannot be seen in facts: it looks like something dropped and something new.
fn renamed(unit: &Unit<'_>, old: &Old<'_>) -> Option<Raw> {
    match unit.deeds() {
        [Deed::Rename { from, to }] if old.has(from) => {
            let sentence = format!("{from} is called {to} now; the release before asks for {from}");
            Some(unit.find("BC101", from, sentence))
        }
        [Deed::RenameColumn { table, from, to }] if old.knows_column(table, from) => {
            let sentence =
                format!("{table}.{from} is called {to} now; the release before asks for {from}");
            Some(unit.find("BC102", table, sentence))
        }
        _ => None,
    }
}

fn failure(source: &Source<'_>, at: usize, error: &tokio_postgres::Error) -> Raw {
    let code = match error.code() {
        Some(code) if *code == SqlState::UNSAFE_NEW_ENUM_VALUE_USAGE => "AR101",
        _ => "AR100",
    };
    let statement = &source.statements[at];
    let within = error.as_db_error().and_then(|db| match db.position()? {
        ErrorPosition::Original(at) => usize::try_from(*at).ok()?.checked_sub(1),
        ErrorPosition::Internal { .. } => None,
    });
    let within = within.and_then(|at| statement.text.char_indices().nth(at));
    let offset = statement.start + within.map_or(0, |(at, _)| at);
    Raw { offset: Some(offset), ..source.at(code, Some(at), said(error)) }
}

/// SQLSTATE and message.
fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} {}", db.code().code(), db.message()),
        None => error.to_string(),
    }
}
