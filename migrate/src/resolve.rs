//! What a person decides about the revisions of a database: that a statement took effect, or that files count as applied.

use tokio_postgres::Client;

use crate::apply::{Options, locked};
use crate::directory::Directory;
use crate::error::Error;
use crate::history::Entry;
use crate::revisions::{self, Revision};

/// What became of the statement that a run was stopped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It took effect: the next `apply` goes on behind it.
    Applied,
    /// It did not, or was undone by hand: the next `apply` runs it again.
    Retry,
}

/// Tells what became of a file that was interrupted or failed; gives how many of its statements count as done, and how many it has.
///
/// # Errors
/// When no such file is under way, or another migration holds the lock.
pub async fn resolve(
    client: &mut Client,
    directory: &Directory,
    version: &str,
    resolution: Resolution,
    options: &Options,
) -> Result<(usize, usize), Error> {
    directory.validate()?;
    let unknown = || Error::NothingToResolve { version: version.to_owned() };
    locked(client, options, &mut |_| (), async |client, _| {
        let found = revisions::read(client).await?;
        let entries = crate::history::compare(directory, &found);
        let begun = |entry: &&Entry<'_>| {
            entry.version == version && entry.revision.is_some_and(|known| !known.is_done())
        };
        let entry = entries.iter().find(begun).ok_or_else(unknown)?;
        let gone = || Error::FileMissing { version: version.to_owned() };
        let statements = entry.file.ok_or_else(gone)?.statements()?;
        let digests = crate::sum::statement_digests(statements.iter().map(|s| s.text));
        let done = entry.revision.map_or(0, |known| known.applied)
            + usize::from(resolution == Resolution::Applied);
        let done = done.min(statements.len());
        revisions::resolve(client, entry, done, &digests).await?;
        Ok((done, statements.len()))
    })
    .await
}

/// What [`set`] did.
#[derive(Debug, Default)]
pub struct Set {
    /// Versions that count as applied now and did not before, or from other bytes.
    pub marked: Vec<String>,
    /// Versions that count as not applied now.
    pub removed: Vec<String>,
}

/// Declares that the files up to a version are applied and those after it are not, without running anything.
///
/// # Errors
/// When there is no such file, or another migration holds the lock.
pub async fn set(
    client: &mut Client,
    directory: &Directory,
    version: &str,
    options: &Options,
) -> Result<Set, Error> {
    directory.validate()?;
    if !directory.files().iter().any(|file| file.version() == version) {
        return Err(Error::UnknownVersion { version: version.to_owned() });
    }
    locked(client, options, &mut |_| (), async |client, _| {
        revisions::create(client).await?;
        let found = revisions::read(client).await?;
        let entries = crate::history::compare(directory, &found);
        let mut done = Set::default();
        let fail = |source| Error::Database { doing: "set the revisions", source };
        let transaction = client.transaction().await.map_err(fail)?;
        for entry in &entries {
            match (entry.file, entry.revision) {
                (Some(file), known) if entry.version <= version => {
                    let same = |known: &Revision| known.is_done() && known.hash == entry.hash;
                    if !known.is_some_and(same) {
                        revisions::mark(&transaction, file, &entry.hash, revisions::RESOLVED)
                            .await?;
                        done.marked.push(entry.version.to_owned());
                    }
                }
                (None, Some(_)) | (Some(_), Some(_)) => {
                    revisions::remove(&transaction, entry.version).await?;
                    done.removed.push(entry.version.to_owned());
                }
                _ => {}
            }
        }
        transaction.commit().await.map_err(fail)?;
        Ok(done)
    })
    .await
}
