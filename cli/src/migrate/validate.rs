//! `migrate validate`: whether the files are those that were sealed.
use clap::Args;
use serde::Serialize;

use super::{Domains, Domainwise, directory, each, failure, root};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// Compare the migrations with atlas.sum; exits 4 if one was added, edited or removed
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate validate
  cargo aruuri migrate validate --domain content -o json

Reads files only. `verify` also replays them on a database.")]
pub(crate) struct Validate {
    #[command(flatten)]
    domains: Domains,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    files: usize,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl Validate {
    /// Looks at every domain, and names the first file of each that differs.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let mut rows = Vec::new();
        let exit = each(&self.domains.list(), out, async |domain| {
            let directory = directory(&root, domain)?;
            let checked = directory.validate();
            rows.push(Row {
                domain: domain.name(),
                files: directory.files().len(),
                valid: checked.is_ok(),
                fault: checked.as_ref().err().map(ToString::to_string),
            });
            checked.map(|()| Exit::Ok).map_err(|error| failure(&error, domain, &root))
        })
        .await;
        let mut table = Table::new(&["domain", "files", "state"]);
        for row in &rows {
            let state = if row.valid { "valid" } else { "not valid" };
            table.row([row.domain.to_owned(), row.files.to_string(), state.to_owned()]);
        }
        out.data(&Domainwise { domains: rows }, table)?;
        exit
    }
}
