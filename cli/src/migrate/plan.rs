//! `migrate plan`: the SQL from one database to another.
use clap::Args;
use db::{Domain, Url};
use migrate::plan::{Options, Plan, RenameHint, Undecided, plan};
use serde::Serialize;

use super::{
    drift::{Trouble, database_failure, facts, same_major},
    root,
    target::Database,
};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Write the SQL that makes one database like another; runs nothing
#[derive(Args, Debug)]
#[command(
    name = "plan",
    after_help = "\
Examples:
  cargo aruuri migrate plan --from \"$PRODUCTION_URL\" --to \"$STAGING_URL\" > change.sql
  cargo aruuri migrate plan --from \"$A\" --to \"$B\" --online -o json | jq '.files[].changes[].hazards'

Both servers must have the same major version. What is dangerous about the SQL goes to stderr."
)]
pub(crate) struct PlanBetween {
    /// The database to be changed
    #[arg(long, value_name = "URL", hide_env_values = true)]
    from: String,
    /// The database it should be like
    #[arg(long, value_name = "URL", hide_env_values = true)]
    to: String,
    /// Something that has another name there: table or column in full, then its new name
    #[arg(long, value_name = "OLD=NEW")]
    rename: Vec<RenameHint>,
    /// Drop and add where a rename is likely
    #[arg(long)]
    allow_drop: bool,
    /// Use forms that lock briefly
    #[arg(long)]
    online: bool,
}

#[derive(Serialize)]
struct Answer {
    from: String,
    to: String,
    #[serde(flatten)]
    plan: Plan,
}

impl PlanBetween {
    /// Writes it.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let (from, to) = (database("--from", &self.from)?, database("--to", &self.to)?);
        let both = async {
            let mut first = from.connect().await.map_err(Trouble::Told)?;
            let mut second = to.connect().await.map_err(Trouble::Told)?;
            same_major(&first, &second, &from.place.to_string()).await?;
            Ok((facts(&mut first, None).await?, facts(&mut second, None).await?))
        };
        let (have, want) = both.await.map_err(|trouble| database_failure(trouble, &from, &root))?;
        let options =
            Options { renames: self.rename, allow_drop: self.allow_drop, online: self.online };
        let plan = plan(&have, &want, &options).map_err(|undecided| {
            let exit = match &undecided {
                Undecided::Renames { .. } => Exit::Drift,
                Undecided::UnknownRename { .. } => Exit::Usage,
                _ => Exit::Failure,
            };
            Failure::new(exit, &undecided).next("the same with the flags that fit")
        })?;
        for hazard in plan.hazards() {
            out.warn(hazard);
        }
        let sql = plan.files.iter().map(migrate::plan::PlannedFile::text).collect::<Vec<_>>();
        let text = if sql.is_empty() { "-- Nothing differs.".to_owned() } else { sql.join("\n") };
        out.data(&Answer { from: from.place.to_string(), to: to.place.to_string(), plan }, text)?;
        Ok(Exit::Ok)
    }
}

/// Any database; the domain matters to messages only.
fn database(flag: &str, given: &str) -> Result<Database, Failure> {
    let url = Url::direct(flag, given);
    let place = url.place().map_err(|error| {
        Failure::new(Exit::Usage, &error).next("postgres://user:password@host:5432/database")
    })?;
    let domain = Domain::ALL.into_iter().find(|domain| place.database.contains(domain.name()));
    Ok(Database { domain: domain.unwrap_or(Domain::Platform), url, place })
}
