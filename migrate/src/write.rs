//! Writes files into a directory of migrations.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::directory::{Directory, File, SUM};
use crate::error::Error;

/// How a version is written.
const STAMP: &str = "%Y%m%d%H%M%S";

/// The version of a new file: now in UTC, but a second after the last file where that is not earlier.
pub fn stamp(directory: &Directory) -> String {
    stamp_after(directory.files().last().map(File::version))
}

/// Now in UTC, but a second after `last` where that is not earlier.
pub(crate) fn stamp_after(last: Option<&str>) -> String {
    let now = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
    let stamp = now.strftime(STAMP).to_string();
    match last {
        Some(last) if last >= stamp.as_str() => {
            // A version that is no time has none after it; the longer text sorts behind it.
            let after = DateTime::strptime(STAMP, last)
                .and_then(|time| time.checked_add(SignedDuration::from_secs(1)));
            after.map_or_else(|_| format!("{last}1"), |time| time.strftime(STAMP).to_string())
        }
        _ => stamp,
    }
}

/// Adds files to a directory on disk, and writes `atlas.sum` anew; gives their paths.
///
/// # Errors
/// When `atlas.sum` does not describe what is there (nothing is written then), a name is taken, or the disk refuses.
pub fn add(path: impl AsRef<Path>, files: &[(String, String)]) -> Result<Vec<PathBuf>, Error> {
    let path = path.as_ref();
    let create = |source| Error::Write { path: path.to_owned(), source };
    fs::create_dir_all(path).map_err(create)?;
    // A sum that is wrong already would be made right by writing it: the change would go unseen.
    Directory::read(path)?.validate()?;
    let mut written = Vec::new();
    for (name, text) in files {
        let file = path.join(name);
        if file.exists() {
            let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(Error::Write { path: file, source });
        }
        replace(&file, text)?;
        written.push(file);
    }
    hash(path)?;
    Ok(written)
}

/// Writes `atlas.sum` of a directory on disk; says whether it was another one before.
///
/// # Errors
/// When a file cannot be read or written, or has line ends that would not survive a checkout elsewhere.
pub fn hash(path: impl AsRef<Path>) -> Result<bool, Error> {
    let path = path.as_ref();
    let directory = Directory::read(path)?;
    directory.check_files()?;
    let text = directory.sum();
    if directory.recorded_sum() == Some(text.as_str()) {
        return Ok(false);
    }
    replace(&path.join(SUM), &text)?;
    Ok(true)
}

/// A reader sees the old file or the new one, never a part of it.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |source| Error::Write { path: path.to_owned(), source };
    let part = path.with_extension("part");
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(fail)
}
