//! `migrate hash`: seals the files as they are.
use clap::Args;
use serde::Serialize;

use super::{Domains, Domainwise, failure, folder, root};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// Write atlas.sum anew after a migration was edited on purpose
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate hash --domain finance
  cargo aruuri migrate hash && git diff --stat -- migrations

A file that is applied somewhere must not be edited: `apply` would refuse it there, whatever atlas.sum says.")]
pub(crate) struct Hash {
    #[command(flatten)]
    domains: Domains,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    total: String,
    changed: bool,
}

impl Hash {
    /// Writes what differs.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let mut rows = Vec::new();
        for domain in self.domains.list() {
            let folder = folder(&root, domain);
            let fail = |error| failure(&error, domain, &root);
            let changed = migrate::hash(&folder).map_err(fail)?;
            let total = super::directory(&root, domain)?.total();
            rows.push(Row { domain: domain.name(), total, changed });
        }
        let mut table = Table::new(&["domain", "atlas.sum", "total"]);
        for row in &rows {
            let state = if row.changed { "written" } else { "was right" };
            table.row([row.domain.to_owned(), state.to_owned(), row.total.clone()]);
        }
        out.data(&Domainwise { domains: rows }, table)?;
        Ok(Exit::Ok)
    }
}
