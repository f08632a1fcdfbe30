//! `migrate new`: an empty file to write by hand.
use clap::Args;
use serde::Serialize;

use super::{Domains, directory, failure, folder, root};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Add an empty migration to write by hand
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate new backfill_notes --domain finance
  cargo aruuri migrate hash --domain finance        once it is written

What changes the schema is generated from schema/<domain>/ instead: `migrate diff`.")]
pub(crate) struct New {
    /// What it does: lower case letters, digits and underscores
    #[arg(value_parser = name)]
    name: String,
    #[command(flatten)]
    domains: Domains,
}

#[derive(Serialize)]
struct Answer {
    domain: &'static str,
    file: String,
    path: String,
}

impl New {
    /// Writes the file and `atlas.sum`.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let domain = self.domains.one()?;
        let root = root()?;
        let stamp = migrate::stamp(&directory(&root, domain)?);
        let file = format!("{stamp}_{}.sql", self.name);
        // Without statements it is a valid migration that does nothing.
        let added = migrate::add(folder(&root, domain), &[(file.clone(), String::new())]);
        let paths = added.map_err(|error| failure(&error, domain, &root))?;
        let path = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        let text = path.clone();
        out.data(&Answer { domain: domain.name(), file, path }, text)?;
        Ok(Exit::Ok)
    }
}

/// The part of a file's name after the version.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.is_empty() || text.len() > 80 || !text.chars().all(fits) {
        return Err("1 to 80 lower case letters, digits and underscores, as in add_note".into());
    }
    Ok(text.to_owned())
}
