//! `migrate resolve`: what became of an interrupted file.
use clap::Args;
use migrate::{Options, Resolution};
use serde::Serialize;

use super::{Target, directory, mark::Confirm, root};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Tell what became of the statement that an interrupted migration was at
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate status -v                                       which file it is
  cargo aruuri migrate resolve 20261201090000 --applied --domain finance
  cargo aruuri migrate resolve 20261201090000 --retry --domain finance

Only for files without transaction whose effect the catalogue does not show. Look at the database first.
In production the typed name of the database is enough: without this command it could not go on.")]
pub(crate) struct Resolve {
    /// The version of the file
    version: String,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct What {
    /// It took effect: go on behind it
    #[arg(long)]
    applied: bool,
    /// It did not, or was undone: run it again
    #[arg(long)]
    retry: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    domain: &'static str,
    version: &'a str,
    done: usize,
    statements: usize,
}

impl Resolve {
    /// Writes the decision into the revision.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let domain = self.target.domains.one()?;
        let directory = directory(&root()?, domain)?;
        let database = self.target.database(domain)?;
        let mut client = database.connect().await?;
        self.confirm.guard_repair(&database, &client).await?;
        let options = Options { role: Some(database.owner()), ..Options::default() };
        let what = if self.what.applied { Resolution::Applied } else { Resolution::Retry };
        let done = migrate::resolve(&mut client, &directory, &self.version, what, &options).await;
        let (done, statements) = done.map_err(|error| database.failure(&error))?;
        let text = if done == statements {
            format!("{}: {} is applied", database.place, self.version)
        } else {
            format!(
                "{}: {} goes on at statement {} of {statements} with the next apply",
                database.place,
                self.version,
                done + 1
            )
        };
        let answer = Answer { domain: domain.name(), version: &self.version, done, statements };
        out.data(&answer, text)?;
        Ok(Exit::Ok)
    }
}
