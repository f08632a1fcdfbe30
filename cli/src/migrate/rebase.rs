//! `migrate rebase`: the answer to a merge conflict in `atlas.sum`.
use std::{path::Path, process::Command};

use clap::Args;
use db::Domain;
use migrate::Directory;
use serde::Serialize;

use super::{Domains, each, failure, folder, root};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// Move this branch's migrations behind those of the branch it goes into, and write atlas.sum anew
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  git merge main                       conflict in migrations/finance/atlas.sum
  cargo aruuri migrate rebase
  git add -A migrations && git merge --continue

Files that the base does not have get versions after its last one; `verify` then shows whether they still fit.
A database that has applied one of them under its old name: `migrate set`, or start afresh.")]
pub(crate) struct Rebase {
    /// The branch whose files stay as they are
    #[arg(long, value_name = "REVISION", default_value = "main")]
    base: String,
    #[command(flatten)]
    domains: Domains,
}

#[derive(Serialize)]
struct Answer {
    base: String,
    renamed: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    from: String,
    to: String,
}

impl Rebase {
    /// Renames and hashes.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let mut rows = Vec::new();
        let exit = each(&self.domains.list(), out, async |domain| {
            let base = base(&root, &self.base, domain)?;
            let renamed = migrate::rebase(folder(&root, domain), &base);
            let renamed = renamed.map_err(|error| {
                failure(&error, domain, &root).next(format_args!(
                    "git checkout {} -- migrations/{}/<file>",
                    self.base,
                    domain.name()
                ))
            })?;
            rows.extend(renamed.into_iter().map(|file| Row {
                domain: domain.name(),
                from: file.from,
                to: file.to,
            }));
            Ok(Exit::Ok)
        })
        .await;
        let mut table = Table::new(&["domain", "from", "to"]);
        for row in &rows {
            table.row([row.domain.to_owned(), row.from.clone(), row.to.clone()]);
        }
        let text = match rows.is_empty() {
            true => format!("no file of this branch is older than one of {}", self.base),
            false => table.to_string(),
        };
        out.data(&Answer { base: self.base, renamed: rows }, text)?;
        exit
    }
}

/// The migrations of a revision, as git has them.
pub(super) fn base(root: &Path, revision: &str, domain: Domain) -> Result<Directory, Failure> {
    let folder = format!("migrations/{}/", domain.name());
    let commit = format!("{revision}^{{commit}}");
    let commit = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let list = git(root, &["ls-tree", "-z", "--name-only", &commit, "--", &folder])?;
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&list).split('\0').filter(|path| path.ends_with(".sql")) {
        let name = path.strip_prefix(&folder).unwrap_or(path).to_owned();
        files.push((name, git(root, &["cat-file", "blob", &format!("{commit}:{path}")])?));
    }
    Ok(Directory::new(files, None))
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Failure, format_args!("git {} failed", arguments.join(" ")))
            .place(root.display())
            .why(why)
            .next("cargo aruuri migrate rebase --base <branch or commit>")
    };
    let done = Command::new("git").arg("-C").arg(root).args(arguments).output();
    let done = done.map_err(|error| failed(&error))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let said = if said.trim().is_empty() { "there is no such revision" } else { said.trim() };
        return Err(failed(&said));
    }
    Ok(done.stdout)
}
