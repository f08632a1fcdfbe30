//! `migrate checkpoint`: a state for empty databases to begin with.
use clap::Args;
use migrate::baseline::{self, NoStart};
use serde::Serialize;

use super::{
    Domains,
    baseline::no_start,
    checkout::{interruptible, servers},
    directory, failure, folder, new, root,
};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Gather all migrations in one file that empty databases begin with
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate checkpoint --domain finance
  cargo aruuri migrate checkpoint year_end --domain finance

Databases that have applied the files before it skip it. What writes rows in those files is taken over as it stands; the
result is proven: the same schema, and as many rows in every table. Exits 3 if it cannot be.")]
pub(crate) struct Checkpoint {
    /// What the file is called
    #[arg(value_parser = new::name, default_value = "checkpoint")]
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

impl Checkpoint {
    /// Plans, proves, writes.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(self.all(out)).await
    }

    async fn all(self, out: &Output) -> Result<Exit, Failure> {
        let domain = self.domains.one()?;
        let root = root()?;
        let files = directory(&root, domain)?;
        files.validate().map_err(|error| failure(&error, domain, &root))?;
        let running = servers(out).await?;
        out.step(format_args!("{}: replaying {} files", domain.name(), files.files().len()));
        let file = baseline::checkpoint(&running, domain, &files, &self.name).await;
        let file = file.map_err(|error| match error {
            NoStart::Database(error) => failure(&error, domain, &root),
            error => no_start(error, domain),
        })?;
        let written = migrate::add(folder(&root, domain), std::slice::from_ref(&file));
        let written = written.map_err(|error| failure(&error, domain, &root))?;
        let path = written.first().map(|path| path.display().to_string()).unwrap_or_default();
        let text = path.clone();
        out.data(&Answer { domain: domain.name(), file: file.0, path }, text)?;
        Ok(Exit::Ok)
    }
}
