//! Two branches that both added migrations: the files of this one get versions after those of the other.

use std::fs;
use std::path::Path;

use crate::directory::{Directory, SUM};
use crate::error::Error;
use crate::write::{hash, stamp_after};

/// A file that got another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Its name before.
    pub from: String,
    /// Its name now.
    pub to: String,
}

/// Moves the files that `base` does not have behind the last one that it has, in their order, and writes `atlas.sum`
/// anew, whatever a merge left in it. Does nothing to files that are behind it already.
///
/// # Errors
/// When a file of the base is missing or is not the one that its sum was written for, or the disk refuses; nothing is renamed then.
pub fn rebase(path: impl AsRef<Path>, base: &Directory) -> Result<Vec<Renamed>, Error> {
    let path = path.as_ref();
    let here = Directory::read(path)?;
    for theirs in base.files() {
        match here.files().iter().find(|ours| ours.name() == theirs.name()) {
            None => return Err(Error::FileMissing { version: theirs.version().to_owned() }),
            Some(ours) if ours.bytes() != theirs.bytes() => {
                return Err(Error::HistoryChanged {
                    file: theirs.name().to_owned(),
                    statement: None,
                });
            }
            Some(_) => {}
        }
    }
    let mut last = base.files().last().map(|file| file.version().to_owned());
    let is_own = |name: &str| !base.files().iter().any(|theirs| theirs.name() == name);
    let mut renamed = Vec::new();
    for own in here.files().iter().filter(|file| is_own(file.name())) {
        if last.as_deref() < Some(own.version()) {
            last = Some(own.version().to_owned());
            continue;
        }
        let version = stamp_after(last.as_deref());
        let to = format!("{version}{}", &own.name()[own.version().len()..]);
        renamed.push(Renamed { from: own.name().to_owned(), to });
        last = Some(version);
    }
    // From the last one, so that no new name is taken by a file that is still to be renamed.
    for Renamed { from, to } in renamed.iter().rev() {
        let fail = |source| Error::Write { path: path.join(to), source };
        if path.join(to).exists() {
            return Err(fail(std::io::ErrorKind::AlreadyExists.into()));
        }
        fs::rename(path.join(from), path.join(to)).map_err(fail)?;
    }
    // Git left its marks in it, or took one side whole: it is written from the files.
    if Directory::read(path)?.files().is_empty() {
        let sum = path.join(SUM);
        if sum.exists() {
            fs::remove_file(&sum).map_err(|source| Error::Write { path: sum, source })?;
        }
        return Ok(renamed);
    }
    hash(path)?;
    Ok(renamed)
}
