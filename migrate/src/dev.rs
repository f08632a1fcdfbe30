//! Databases to try things in, on the local servers: the wanted schema loaded, or a directory of migrations replayed.
//!
//! Both are done once for each state of the files: the next one is a copy. The session that fills them is the migrator's,
//! who is no superuser, so what a migration may not do in production it may not do here.

use db::Domain;
use stack::{Running, Scratch, Template};
use tokio_postgres::Client;

use crate::apply::apply;
use crate::directory::{Directory, File};
use crate::facts::{Facts, inspect};
use crate::load::{NotLoaded, Schema, create_extensions};

/// Changes when a template is filled in another way.
const EDITION: &str = "1";

/// Why a database to try things in could not be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The local servers refused.
    Stack(stack::Error),
    /// The wanted schema has faults.
    Schema(NotLoaded),
    /// The migrations have faults.
    Migrations(crate::Error),
    /// `pg_dump` failed.
    Dump(String),
    /// The database could not be looked into or written to.
    Database {
        /// What was to be done.
        doing: &'static str,
        /// Why it was not.
        source: tokio_postgres::Error,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Stack(error) => error.fmt(f),
            Error::Schema(error) => error.fmt(f),
            Error::Migrations(error) => error.fmt(f),
            Error::Dump(said) => write!(f, "pg_dump failed: {said}"),
            Error::Database { doing, .. } => write!(f, "cannot {doing}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Stack(error) => error.source(),
            Error::Schema(error) => error.source(),
            Error::Migrations(error) => error.source(),
            Error::Dump(_) => None,
            Error::Database { source, .. } => Some(source),
        }
    }
}

impl From<stack::Error> for Error {
    fn from(error: stack::Error) -> Error {
        Error::Stack(error)
    }
}

impl From<NotLoaded> for Error {
    fn from(error: NotLoaded) -> Error {
        Error::Schema(error)
    }
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Error {
        Error::Migrations(error)
    }
}

/// What a database holds, as its owner sees it, without partitions that come with time.
///
/// # Errors
/// When it cannot be looked into.
pub async fn facts(mut owner: Client) -> Result<Facts, Error> {
    Ok(inspect(&mut owner).await?.without_rolling_partitions())
}

/// The major version of a session's server: facts of different ones cannot be compared.
///
/// # Errors
/// When the server does not say.
pub async fn major(client: &Client) -> Result<i32, Error> {
    let sql = "select current_setting('server_version_num')::integer / 10000";
    let rows = client.query_typed(sql, &[]).await;
    let rows = rows.map_err(|source| Error::Database { doing: "ask for the version", source })?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// A database with the wanted schema.
///
/// # Errors
/// When a statement of the schema does not load; the error names all that do not.
pub async fn wanted(running: &Running, domain: Domain, schema: &Schema) -> Result<Template, Error> {
    let mut content = EDITION.as_bytes().to_vec();
    content.extend(schema.digest());
    Template::get(running, domain, "wanted", &content, None, async |empty| {
        let texts = schema.files().iter().map(|(_, text)| text.as_str());
        extend(empty, texts).await?;
        Ok(schema.load(&empty.owner().await?).await?)
    })
    .await
}

/// A database with the migrations applied by the same runner as everywhere, from the first one on.
///
/// A state that only adds files to one that was replayed before starts from that.
///
/// # Errors
/// When the directory is not valid or a migration fails.
pub async fn replayed(
    running: &Running,
    domain: Domain,
    directory: &Directory,
) -> Result<Template, Error> {
    directory.validate()?;
    let count = directory.files().len();
    // A fresh database starts at the last checkpoint, which must be tried.
    let checkpoint = directory.files().iter().rposition(File::is_checkpoint).map_or(0, |at| at + 1);
    let bases: Vec<_> =
        (checkpoint.max(1)..count).rev().map(|files| key(&prefix(directory, files))).collect();
    let content = key(directory);
    let known = [content.as_slice()].into_iter().chain(bases.iter().map(Vec::as_slice));
    let base = Template::first_made(running, domain, "replayed", known).await?;
    Template::get(running, domain, "replayed", &content, base, async |database| {
        extend(database, directory.files().iter().filter_map(|file| file.text().ok())).await?;
        apply(&mut database.owner().await?, directory).await?;
        Ok(())
    })
    .await
}

/// The first files of a directory as a directory of its own.
pub fn prefix(directory: &Directory, files: usize) -> Directory {
    let files = || {
        let first = directory.files().iter().take(files);
        first.map(|file| (file.name().to_owned(), file.bytes().to_vec()))
    };
    let sum = Directory::new(files(), None).sum();
    Directory::new(files(), Some(sum))
}

fn key(directory: &Directory) -> Vec<u8> {
    // A file that is left out of the sum is still applied.
    let ignored = directory.files().iter().filter(|file| file.sum_ignored());
    let mut content = format!("{EDITION} {}", directory.total()).into_bytes();
    ignored.for_each(|file| content.extend(file.bytes()));
    content
}

/// The step of the server's owner.
pub(crate) async fn extend<'a>(
    database: &Scratch,
    texts: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Error> {
    if !texts.clone().any(|text| text.to_ascii_lowercase().contains("create extension")) {
        return Ok(());
    }
    let superuser: Client = database.superuser().await?;
    let made = create_extensions(&superuser, texts).await;
    made.map_err(|source| Error::Database { doing: "make an extension", source })
}
