//! States to begin with: of a database that was there before its migrations, and of a directory that has grown long.

use db::Domain;
use stack::{Running, Template};
use tokio_postgres::Client;

use crate::apply::{Options, locked};
use crate::dev::{self, facts, prefix, replayed};
use crate::directory::{Directory, TxMode};
use crate::facts::{Facts, inspect};
use crate::plan::{self, Undecided, plan};
use crate::split::Statement;
use crate::write::stamp;
use crate::{Error, revisions};

/// Why there is no file to begin with.
#[derive(Debug)]
#[non_exhaustive]
pub enum NoStart {
    /// The files could not be replayed, or a database could not be had.
    Dev(dev::Error),
    /// The database refused, or its revisions forbid it.
    Database(Error),
    /// There are migrations already: which of them the database has is for `set`.
    HasFiles,
    /// There are no migrations, or the last one is a checkpoint already.
    NothingNew,
    /// The database has revisions.
    HasRevisions,
    /// The server is of another major version than the local one, so that nothing could be compared.
    Version {
        /// Of the database.
        theirs: i32,
        /// Of the local servers.
        ours: i32,
    },
    /// The plan needs several files, of which a database could start at the last only.
    SeveralFiles(usize),
    /// No plan was found.
    Undecided(Undecided),
    /// The file does not make what it should.
    Unproven(Vec<String>),
}

impl std::fmt::Display for NoStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoStart::Dev(error) => error.fmt(f),
            NoStart::Database(error) => error.fmt(f),
            NoStart::HasFiles => f.write_str(
                "there are migrations already: `migrate set VERSION` says which of them the database has",
            ),
            NoStart::NothingNew => f.write_str("there is nothing after the last checkpoint"),
            NoStart::HasRevisions => {
                f.write_str("the database has revisions: it is in care of migrations already")
            }
            NoStart::Version { theirs, ours } => write!(
                f,
                "the database is of PostgreSQL {theirs}, the local servers are of {ours}: only equal ones can be compared"
            ),
            NoStart::SeveralFiles(count) => {
                write!(f, "the plan has {count} files or needs one without transaction, and a start is one file")
            }
            NoStart::Undecided(undecided) => undecided.fmt(f),
            NoStart::Unproven(differences) => {
                write!(f, "the file does not make the same: {}", differences.join("; "))
            }
        }
    }
}

impl std::error::Error for NoStart {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            NoStart::Dev(error) => error.source(),
            NoStart::Database(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl From<dev::Error> for NoStart {
    fn from(error: dev::Error) -> NoStart {
        NoStart::Dev(error)
    }
}

impl From<Error> for NoStart {
    fn from(error: Error) -> NoStart {
        NoStart::Database(error)
    }
}

/// A file to write: name and text.
pub type File = (String, String);

/// Plans the file that makes what a database holds, and proves that it does. Reads the database only; rows are not taken.
///
/// # Errors
/// When the directory or the database has a history, or what it holds cannot be made again.
pub async fn baseline(
    running: &Running,
    domain: Domain,
    directory: &Directory,
    client: &mut Client,
    name: &str,
) -> Result<File, NoStart> {
    if !directory.files().is_empty() {
        return Err(NoStart::HasFiles);
    }
    if !revisions::read(client).await?.is_empty() {
        return Err(NoStart::HasRevisions);
    }
    let empty = replayed(running, domain, &directory.with([])).await?;
    let ours = dev::major(&empty.owner().await.map_err(dev::Error::from)?).await?;
    let theirs = dev::major(client).await?;
    if ours != theirs {
        return Err(NoStart::Version { theirs, ours });
    }
    let want = inspect(client).await?.without_rolling_partitions();
    let text = planned(&look(&empty).await?, &want)?;
    let file = (format!("{}_{name}.sql", stamp(directory)), text);
    let whole = with(directory, &file);
    differ(&look(&replayed(running, domain, &whole).await?).await?, &want)?;
    Ok(file)
}

/// Records in a database that it holds what the files make: rows of type 1, as Atlas does.
///
/// # Errors
/// When it has revisions, or another migration holds the lock.
pub async fn adopt(
    client: &mut Client,
    directory: &Directory,
    options: &Options,
) -> Result<(), NoStart> {
    directory.validate()?;
    let adopted = locked(client, options, &mut |_| (), async |client, _| {
        revisions::create(client).await?;
        let found = revisions::read(client).await?;
        if !found.is_empty() {
            return Ok(false);
        }
        let entries = crate::history::compare(directory, &found);
        let fail = |source| Error::Database { doing: "record the baseline", source };
        let transaction = client.transaction().await.map_err(fail)?;
        for entry in &entries {
            let Some(file) = entry.file else { continue };
            revisions::mark(&transaction, file, &entry.hash, revisions::BASELINE).await?;
        }
        transaction.commit().await.map_err(fail)?;
        Ok(true)
    })
    .await?;
    if adopted { Ok(()) } else { Err(NoStart::HasRevisions) }
}

/// Plans a file that makes what all files together make: what they do to the schema as one plan, then again their statements
/// that write rows. Proves it: the same facts, and as many rows in every table.
///
/// # Errors
/// When there is nothing to gather, or it cannot be proven; such a checkpoint is to be written by hand.
pub async fn checkpoint(
    running: &Running,
    domain: Domain,
    directory: &Directory,
    name: &str,
) -> Result<File, NoStart> {
    if directory.files().last().is_none_or(|file| file.is_checkpoint()) {
        return Err(NoStart::NothingNew);
    }
    let before = replayed(running, domain, directory).await?;
    let want = look(&before).await?;
    let nothing = look(&replayed(running, domain, &prefix(directory, 0)).await?).await?;
    let mut rows = String::new();
    let begins = directory.files().iter().rposition(|file| file.is_checkpoint()).unwrap_or(0);
    for file in &directory.files()[begins..] {
        let writes: Vec<Statement<'_>> =
            file.statements()?.into_iter().filter(|s| writes_rows(s.text)).collect();
        if !writes.is_empty() {
            rows.push_str(&format!("\n-- From {}\n", file.name()));
        }
        for statement in writes {
            rows.push_str(statement.text);
            let ended = statement.text.ends_with(';');
            rows.push_str(if ended { "\n" } else { ";\n" });
        }
    }
    let text = format!("-- atlas:checkpoint\n\n{}{rows}", planned(&nothing, &want)?);
    let file = (format!("{}_{name}.sql", stamp(directory)), text);
    let whole = with(directory, &file);
    // A fresh database starts at it: this replays the checkpoint and nothing else.
    let after = replayed(running, domain, &whole).await?;
    differ(&look(&after).await?, &want)?;
    let (then, now) = (counts(&before).await?, counts(&after).await?);
    let other: Vec<String> = then
        .iter()
        .filter(|table| !now.contains(table))
        .map(|(table, rows)| {
            format!("{table} has {rows} rows without it, and another number with it")
        })
        .collect();
    if other.is_empty() { Ok(file) } else { Err(NoStart::Unproven(other)) }
}

async fn look(database: &Template) -> Result<Facts, NoStart> {
    Ok(facts(database.owner().await.map_err(dev::Error::from)?).await?)
}

/// The one file that leads from one state to the other.
fn planned(from: &Facts, to: &Facts) -> Result<String, NoStart> {
    let made = plan(from, to, &plan::Options::default()).map_err(NoStart::Undecided)?;
    match &made.files[..] {
        [] => Ok(String::new()),
        [file] if file.tx_mode == TxMode::File => Ok(file.text()),
        files => Err(NoStart::SeveralFiles(files.len())),
    }
}

fn with(directory: &Directory, (name, text): &File) -> Directory {
    directory.with([(name.clone(), text.clone().into_bytes())])
}

fn differ(found: &Facts, wanted: &Facts) -> Result<(), NoStart> {
    let differences = found.differences(wanted);
    if differences.is_empty() {
        return Ok(());
    }
    Err(NoStart::Unproven(differences.iter().map(ToString::to_string).collect()))
}

/// Statements that no comparison of schemas would bring back.
fn writes_rows(sql: &str) -> bool {
    let word = crate::split::tokens(sql).next().unwrap_or_default().to_ascii_lowercase();
    ["insert", "update", "delete", "merge", "select", "with", "call", "copy"]
        .contains(&word.as_str())
}

/// How many rows each table has; partitions are counted with their table.
async fn counts(database: &Template) -> Result<Vec<(String, i64)>, NoStart> {
    let fail = |source| Error::Database { doing: "count rows", source };
    let client = database.owner().await.map_err(dev::Error::from)?;
    let sql = "
        select pg_catalog.format('%I.%I', n.nspname, c.relname)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
          and n.nspname not in ('pg_catalog', 'information_schema', 'atlas_schema_revisions')
          and n.nspname not like 'pg\\_%'
        order by 1";
    let mut counts = Vec::new();
    for row in client.query_typed(sql, &[]).await.map_err(fail)? {
        let table: String = row.get(0);
        let count = format!("select count(*) from {table}");
        let rows = client.query_typed(&count, &[]).await.map_err(fail)?;
        counts.push((table, rows.first().map_or(0, |row| row.get(0))));
    }
    Ok(counts)
}
