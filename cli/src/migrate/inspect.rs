//! `migrate inspect`: what a database holds.
use clap::Args;
use migrate::{
    facts::Facts,
    plan::{Options, plan},
};
use serde::Serialize;

use super::{Target, drift::database_failure, drift::facts, root};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Show what a database holds, as the SQL that would make it or as JSON
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate inspect --domain finance > finance.sql
  cargo aruuri migrate inspect --domain finance --url \"$URL\" -o json | jq '.facts[] | select(.id | startswith(\"table\"))'

Reads catalogues only.")]
pub(crate) struct Inspect {
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Answer<'a> {
    domain: &'static str,
    database: String,
    facts: Vec<&'a migrate::facts::Fact>,
}

impl Inspect {
    /// Writes it.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let domain = self.target.domains.one()?;
        let database = self.target.database(domain)?;
        let mut client = database.connect().await?;
        let facts = facts(&mut client, Some(&database.owner())).await;
        let facts = facts.map_err(|trouble| database_failure(trouble, &database, &root))?;
        // Nothing is renamed on the way from nothing.
        let plan = plan(&Facts::empty(&facts.role), &facts, &Options::default());
        let plan = plan.map_err(|undecided| {
            Failure::new(Exit::Failure, format_args!("{}: {undecided}", domain.name()))
        })?;
        let sql = plan.files.iter().map(migrate::plan::PlannedFile::text).collect::<Vec<_>>();
        let (name, place) = (domain.name(), database.place.to_string());
        let answer = Answer { domain: name, database: place, facts: facts.iter().collect() };
        out.data(&answer, sql.join("\n"))?;
        Ok(Exit::Ok)
    }
}
