//! Files and revisions side by side: what is applied, what waits, and what does not fit.

use crate::directory::{Directory, File};
use crate::error::Error;
use crate::revisions::Revision;
use crate::sum;

/// How a file stands to a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Applied from these bytes.
    Applied,
    /// Not run, because a baseline or a checkpoint holds its work, or because it is a checkpoint that came too late.
    Covered,
    /// It waits for the next `apply`.
    Pending,
    /// A statement of it failed, or was declared not to have taken effect; the next `apply` goes on there.
    Failed,
    /// A run ended inside it without saying how.
    Interrupted,
    /// Applied, but from other bytes.
    Changed,
    /// Not applied, although a later one is.
    OutOfOrder,
    /// Applied, but the file is gone.
    Missing,
    /// Applied by a release that is newer than the files.
    Newer,
}

impl State {
    /// Whether the next `apply` runs the file, or goes on with it.
    pub const fn waits(self) -> bool {
        matches!(self, State::Pending | State::Failed | State::Interrupted)
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Covered => "covered",
            State::Pending => "pending",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::Changed => "changed",
            State::OutOfOrder => "out of order",
            State::Missing => "missing",
            State::Newer => "newer",
        }
    }
}

/// One version, with its file, its revision, or both.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) version: &'a str,
    pub(crate) file: Option<&'a File>,
    pub(crate) revision: Option<&'a Revision>,
    /// The digest of the file, as a revision records it; empty for a file that is left out of the sum.
    pub(crate) hash: String,
    pub(crate) state: State,
}

/// All versions of a directory and a database, in order.
pub(crate) fn compare<'a>(directory: &'a Directory, revisions: &'a [Revision]) -> Vec<Entry<'a>> {
    let files = directory.files();
    let digests = sum::entries(files);
    let last_file = files.last().map(File::version);
    let last = revisions.last().map(|revision| revision.version.as_str());
    let revision = |version: &str| revisions.iter().find(|known| known.version == version);
    let begins_at = if revisions.is_empty() {
        files.iter().rev().find(|file| file.is_checkpoint()).map(File::version)
    } else {
        let covers = |known: &&Revision| {
            let file = files.iter().find(|file| file.version() == known.version);
            known.baseline || file.is_some_and(File::is_checkpoint)
        };
        revisions.iter().rev().find(covers).map(|known| known.version.as_str())
    };

    let mut entries: Vec<Entry<'a>> = files
        .iter()
        .map(|file| {
            let version = file.version();
            let digest = digests.iter().find(|(name, _)| name == file.name());
            let hash = digest.map(|(_, digest)| digest.clone()).unwrap_or_default();
            let revision = revision(version);
            let state = match revision {
                Some(known) if !known.is_done() && known.failed => State::Failed,
                Some(known) if !known.is_done() => State::Interrupted,
                // Atlas records a baseline without a digest.
                Some(known) if known.baseline && known.hash.is_empty() => State::Applied,
                Some(known) if known.hash != hash => State::Changed,
                Some(_) => State::Applied,
                None if begins_at.is_some_and(|begin| version < begin) => State::Covered,
                None if file.is_checkpoint() && begins_at != Some(version) => State::Covered,
                None if last.is_some_and(|last| version < last) => State::OutOfOrder,
                None => State::Pending,
            };
            Entry { version, file: Some(file), revision, hash, state }
        })
        .collect();
    let of_no_file = revisions.iter().filter(|known| {
        let covered = begins_at.is_some_and(|begin| known.version.as_str() < begin);
        !known.baseline && !covered && !files.iter().any(|file| file.version() == known.version)
    });
    entries.extend(of_no_file.map(|known| {
        let version = known.version.as_str();
        let state = if Some(version) > last_file { State::Newer } else { State::Missing };
        Entry { version, file: None, revision: Some(known), hash: String::new(), state }
    }));
    entries.sort_by_key(|entry| entry.version);

    // Digests are chained: what comes after something changed differs without having changed itself.
    let cause = |state| matches!(state, State::Changed | State::Missing | State::OutOfOrder);
    if let Some(first) = entries.iter().position(|entry| cause(entry.state)) {
        let later = entries[first + 1..].iter_mut().filter(|entry| entry.state == State::Changed);
        later.for_each(|entry| entry.state = State::Applied);
    }
    entries
}

/// The first thing that forbids to go on.
pub(crate) fn check(entries: &[Entry<'_>]) -> Result<(), Error> {
    let fault = entries.iter().find_map(|entry| {
        let file = || entry.file.map_or(entry.version, File::name).to_owned();
        match entry.state {
            State::Missing => Some(Error::FileMissing { version: entry.version.to_owned() }),
            State::Changed => Some(Error::HistoryChanged { file: file(), statement: None }),
            State::OutOfOrder => {
                let later = entries.iter().rev().find(|later| later.revision.is_some());
                let last = later.map_or(String::new(), |later| later.version.to_owned());
                Some(Error::OutOfOrder { file: file(), last })
            }
            _ => None,
        }
    });
    fault.map_or(Ok(()), Err)
}
