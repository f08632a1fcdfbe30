//! `migrate set`: files count as applied, without being run.
use clap::Args;
use migrate::Options;
use serde::Serialize;

use super::{Target, directory, mark::Confirm, root};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Declare that the files up to a version are applied and later ones are not, without running anything
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate set 20261121000100 --domain finance
  cargo aruuri migrate set 20261121000100 --domain finance --url \"$URL\" --confirm finance

For a database that was brought to this state in another way. Look with `drift` whether it is true.")]
pub(crate) struct Set {
    /// The last version that counts as applied
    version: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(Serialize)]
struct Answer {
    domain: &'static str,
    marked: Vec<String>,
    removed: Vec<String>,
}

impl Set {
    /// Rewrites the revisions.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let domain = self.target.domains.one()?;
        let directory = directory(&root()?, domain)?;
        let database = self.target.database(domain)?;
        let mut client = database.connect().await?;
        self.confirm.guard(&database, &client).await?;
        let options = Options { role: Some(database.owner()), ..Options::default() };
        let done = migrate::set(&mut client, &directory, &self.version, &options).await;
        let done = done.map_err(|error| database.failure(&error))?;
        let list = |versions: &[String]| match versions {
            [] => "none".to_owned(),
            versions => versions.join(", "),
        };
        let text = format!(
            "{}: applied now {}; not applied any more {}",
            database.place,
            list(&done.marked),
            list(&done.removed)
        );
        let (marked, removed) = (done.marked, done.removed);
        out.data(&Answer { domain: domain.name(), marked, removed }, text)?;
        Ok(Exit::Ok)
    }
}
