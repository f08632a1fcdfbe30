//! Looks at a database without changing it.

use tokio_postgres::Client;

use crate::directory::{Directory, File};
use crate::error::Error;
use crate::history::{self, State};
use crate::revisions;

/// How a directory and a database stand to each other.
#[derive(Debug)]
pub struct Status {
    /// Every version of either, in order.
    pub versions: Vec<Version>,
    /// What `apply` would refuse to go on from.
    pub fault: Option<Error>,
}

/// One version.
#[derive(Debug)]
pub struct Version {
    /// The digits before the first underscore of the file's name.
    pub version: String,
    /// The file, unless it is gone.
    pub file: Option<String>,
    /// How it stands.
    pub state: State,
    /// Statements that took effect, and all of them; of a file that was never begun none.
    pub statements: (usize, usize),
    /// When it was applied or last tried, in UTC as ISO 8601.
    pub at: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Status {
    /// How many files the next `apply` would run or go on with.
    pub fn pending(&self) -> usize {
        self.versions.iter().filter(|version| version.state.waits()).count()
    }

    /// The version that was applied last.
    pub fn last(&self) -> Option<&str> {
        let applied = |version: &&Version| {
            matches!(version.state, State::Applied | State::Changed | State::Missing | State::Newer)
        };
        self.versions.iter().rev().find(applied).map(|version| version.version.as_str())
    }

    /// Whether the database has versions later than every file: a newer release was here.
    pub fn ahead(&self) -> bool {
        self.versions.iter().any(|version| version.state == State::Newer)
    }
}

/// Compares files and revisions; takes no lock, creates nothing, and does not look at `atlas.sum`.
///
/// # Errors
/// When the revisions cannot be read.
pub async fn status(client: &Client, directory: &Directory) -> Result<Status, Error> {
    let revisions = revisions::read(client).await?;
    let entries = history::compare(directory, &revisions);
    let interrupted = entries.iter().find(|entry| entry.state == State::Interrupted);
    let fault = match (history::check(&entries), interrupted) {
        (Err(error), _) => Some(error),
        (Ok(()), Some(entry)) => Some(Error::Dirty {
            file: entry.file.map_or(entry.version, File::name).to_owned(),
            version: entry.version.to_owned(),
            statement: entry.revision.map_or(0, |revision| revision.applied) + 1,
        }),
        (Ok(()), None) => None,
    };
    let versions = entries
        .iter()
        .map(|entry| Version {
            version: entry.version.to_owned(),
            file: entry.file.map(|file| file.name().to_owned()),
            state: entry.state,
            statements: entry.revision.map_or((0, 0), |known| (known.applied, known.total)),
            at: entry.revision.map(|known| known.at.clone()),
            error: entry.revision.and_then(|known| known.error.clone()),
        })
        .collect();
    Ok(Status { versions, fault })
}
