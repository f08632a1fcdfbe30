//! What git knows about the files of a checkout.
use std::{collections::BTreeSet, path::Path, process::Command};

use db::Domain;
use migrate::Directory;

use crate::failure::{Exit, Failure};

/// The commit that a branch, tag or commit names.
///
/// # Errors
/// When there is none, or git does not run.
pub(crate) fn commit(root: &Path, revision: &str) -> Result<String, Failure> {
    let wanted = format!("{revision}^{{commit}}");
    let commit = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
        .map_err(|failure| failure.next("the name of a branch or commit that this clone has"))?;
    Ok(commit.trim().to_owned())
}

/// The migrations of a revision.
///
/// # Errors
/// When there is no such revision, or git does not run.
pub(crate) fn migrations(
    root: &Path,
    revision: &str,
    domain: Domain,
) -> Result<Directory, Failure> {
    let commit = commit(root, revision)?;
    let folder = format!("migrations/{}/", domain.name());
    let list = git(root, &["ls-tree", "-z", "--name-only", &commit, "--", &folder])?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| path.ends_with(".sql")) {
        let name = path.strip_prefix(&folder).unwrap_or(path).to_owned();
        files.push((name, bytes(root, &["cat-file", "blob", &format!("{commit}:{path}")])?));
    }
    Ok(Directory::new(files, None))
}

/// A file of a revision; none if the revision does not have it.
///
/// # Errors
/// When there is no such revision, or git does not run.
pub(crate) fn file(root: &Path, revision: &str, path: &str) -> Result<Option<String>, Failure> {
    let commit = commit(root, revision)?;
    if git(root, &["ls-tree", "--name-only", &commit, "--", path])?.trim().is_empty() {
        return Ok(None);
    }
    git(root, &["cat-file", "blob", &format!("{commit}:{path}")]).map(Some)
}

/// Where this branch left the main one; none outside of git, or where there is no main branch.
pub(crate) fn fork(root: &Path) -> Option<String> {
    ["origin/main", "main"].into_iter().find_map(|main| {
        let base = git(root, &["merge-base", "HEAD", main]).ok()?;
        Some(base.trim().to_owned())
    })
}

/// Names of the migrations that a revision does not have.
///
/// # Errors
/// As [`migrations`].
pub(crate) fn new_files(
    root: &Path,
    revision: &str,
    domain: Domain,
    directory: &Directory,
) -> Result<BTreeSet<String>, Failure> {
    let known = migrations(root, revision, domain)?;
    let known: BTreeSet<&str> = known.files().iter().map(|file| file.name()).collect();
    let names = directory.files().iter().map(|file| file.name());
    Ok(names.filter(|name| !known.contains(name)).map(str::to_owned).collect())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Failure> {
    bytes(root, arguments).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn bytes(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Failure, format_args!("git {} failed", arguments.join(" ")))
            .place(root.display())
            .why(why)
    };
    let done = Command::new("git").arg("-C").arg(root).args(arguments).output();
    let done = done.map_err(|error| failed(&error).next("install git"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let said = if said.trim().is_empty() { "there is no such revision" } else { said.trim() };
        return Err(failed(&said));
    }
    Ok(done.stdout)
}
