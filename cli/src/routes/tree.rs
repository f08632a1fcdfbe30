//! The written files in a checkout: which differ, and making them right.
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use db::Domain;
use serde::Serialize;

use super::WRITTEN;

/// A file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// In the checkout.
    pub(crate) path: PathBuf,
    /// What is wrong with it.
    pub(crate) state: State,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It is not there.
    Missing,
    /// Its text is another.
    Different,
    /// No route asks for it any more.
    Stale,
}

impl State {
    /// As in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Missing => "missing",
            State::Different => "different",
            State::Stale => "stale",
        }
    }
}

/// A file that could not be read or written.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// In the checkout.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) error: io::Error,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Unreadable {
    let path = path.to_owned();
    move |error| Unreadable { path, error }
}

/// Every file below `root` that differs from `files`, in the order of their paths.
pub(crate) fn compare(
    root: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<Difference>, Unreadable> {
    let mut differences = Vec::new();
    for (path, text) in files {
        let state = match fs::read(root.join(path)) {
            Ok(found) if found == text.as_bytes() => continue,
            Ok(_) => State::Different,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::Missing,
            Err(error) => return Err(at(path)(error)),
        };
        differences.push(Difference { path: path.clone(), state });
    }
    let present = written(root)?;
    let stale = present.into_iter().filter(|path| !files.contains_key(path));
    differences.extend(stale.map(|path| Difference { path, state: State::Stale }));
    differences.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(differences)
}

/// Makes the tree below `root` hold `files`; gives back what was changed.
pub(crate) fn write(
    root: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<Difference>, Unreadable> {
    let differences = compare(root, files)?;
    for Difference { path, .. } in &differences {
        let whole = root.join(path);
        match files.get(path) {
            Some(text) => {
                let folder = whole.parent().unwrap_or(root);
                fs::create_dir_all(folder).map_err(at(path))?;
                fs::write(&whole, text).map_err(at(path))?;
            }
            None => {
                fs::remove_file(&whole).map_err(at(path))?;
                // The folder of a function's events goes with its last event; any other is not empty.
                let _ = whole.parent().map(fs::remove_dir);
            }
        }
    }
    Ok(differences)
}

/// The files that only `write` makes: binaries and nested templates that say so, and all events.
fn written(root: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let mut found = Vec::new();
    let bins = Domain::ALL.map(|domain| (format!("functions/{}/src/bin", domain.name()), "rs"));
    for (folder, extension) in bins.into_iter().chain([("templates".to_owned(), "yaml")]) {
        for path in entries(root, Path::new(&folder), extension)? {
            let text = fs::read_to_string(root.join(&path)).map_err(at(&path))?;
            if text.lines().next().is_some_and(|line| line.contains(WRITTEN)) {
                found.push(path);
            }
        }
    }
    for folder in entries(root, Path::new("events"), "")? {
        found.extend(entries(root, &folder, "json")?);
    }
    Ok(found)
}

/// The entries of a folder with that extension; none if there is no such folder.
fn entries(root: &Path, folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Unreadable> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(folder)(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = folder.join(entry.map_err(at(folder))?.file_name());
        if path.extension().unwrap_or_default() == extension {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// The checkout that this crate was compiled in.
#[cfg(test)]
pub(crate) fn root_of_this_crate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
