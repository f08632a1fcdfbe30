//! `migrate rebase`: the answer to a merge conflict in `atlas.sum`.
use clap::Args;
use serde::Serialize;

use super::{Domains, each, failure, folder, git, root};
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
            let base = git::migrations(&root, &self.base, domain)?;
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
