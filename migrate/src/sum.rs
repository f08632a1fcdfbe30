//! `atlas.sum`: one SHA-256 over names and bytes of all files, never reset, so that a change alters every later line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::directory::File;
use crate::error::{Change, Error};

/// A line of `atlas.sum` after the first: file name and running digest, without `h1:`.
pub(crate) type Entry = (String, String);

/// The digests after each file that is not ignored.
pub(crate) fn entries(files: &[File]) -> Vec<Entry> {
    let mut running = Sha256::new();
    let mut entries = Vec::with_capacity(files.len());
    for file in files {
        running.update(file.name());
        if file.sum_ignored() {
            continue;
        }
        running.update(file.bytes());
        entries.push((file.name().to_owned(), STANDARD.encode(running.clone().finalize())));
    }
    entries
}

/// The digest over all lines: the first line, without `h1:`.
pub(crate) fn total(entries: &[Entry]) -> String {
    let mut hash = Sha256::new();
    for (name, digest) in entries {
        hash.update(name);
        hash.update(digest);
    }
    STANDARD.encode(hash.finalize())
}

/// The text of `atlas.sum`.
pub(crate) fn render(entries: &[Entry]) -> String {
    let mut text = format!("h1:{}\n", total(entries));
    for (name, digest) in entries {
        text.push_str(&format!("{name} h1:{digest}\n"));
    }
    text
}

/// Compares the text of an `atlas.sum` with the files' entries.
pub(crate) fn check(text: &str, files: &[Entry]) -> Result<(), Error> {
    let mut lines = text.lines();
    let first = lines
        .next()
        .and_then(|line| line.strip_prefix("h1:"))
        .ok_or(Error::SumFormat { line: 1 })?;
    let listed = lines
        .enumerate()
        .map(|(at, line)| {
            line.split_once(" h1:")
                .map(|(name, digest)| (name.to_owned(), digest.to_owned()))
                .ok_or(Error::SumFormat { line: at + 2 })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if total(&listed) != first {
        return Err(Error::SumFormat { line: 1 });
    }
    if total(files) == first {
        return Ok(());
    }
    Err(first_difference(&listed, files))
}

/// Names the first line that differs; the later ones differ because digests are chained.
fn first_difference(listed: &[Entry], files: &[Entry]) -> Error {
    for (at, entry) in listed.iter().enumerate() {
        if files.get(at) == Some(entry) {
            continue;
        }
        let (file, change) = match files.iter().position(|(name, _)| *name == entry.0) {
            None => (&entry.0, Change::Removed),
            Some(place) if place == at => (&entry.0, Change::Edited),
            Some(_) => (&files[at].0, Change::Added),
        };
        return Error::SumMismatch { line: at + 2, file: file.clone(), change };
    }
    let at = listed.len();
    Error::SumMismatch { line: at + 2, file: files[at].0.clone(), change: Change::Added }
}

/// Digests of the statements of a file, chained in the same way: what a revision applied in part remembers.
pub(crate) fn statement_digests<'text>(
    statements: impl Iterator<Item = &'text str>,
) -> Vec<String> {
    let mut running = Sha256::new();
    statements
        .map(|statement| {
            running.update(statement);
            format!("h1:{}", STANDARD.encode(running.clone().finalize()))
        })
        .collect()
}
