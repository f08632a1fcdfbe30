//! `migrate mark`: says in a database which environment it belongs to.
use clap::Args;
use migrate::marker::{self, Environment, Reach};
use serde::Serialize;
use tokio_postgres::Client;

use super::{Domainwise, Target, each, target::Database};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// Say in each database which environment it belongs to; production then refuses destructive commands
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate mark production --domain finance --url \"$URL\" --confirm finance
  cargo aruuri migrate mark preview
  cargo aruuri migrate mark                       show what is written there

The mark is a line of the comment on the database. seed, set and resolve read it.")]
pub(crate) struct Mark {
    /// local, preview, development, staging or production; without it, what is written there
    environment: Option<Environment>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    confirm: Confirm,
}

/// The name of the database, typed by a person.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Confirm {
    /// The name of the database, to let a command change one that is not on this machine
    #[arg(long, value_name = "DATABASE")]
    confirm: Option<String>,
}

impl Confirm {
    /// Lets a destructive command pass, or not.
    ///
    /// # Errors
    /// When the database is production, or a confirmation is missing.
    pub(crate) async fn guard(&self, database: &Database, client: &Client) -> Result<(), Failure> {
        let passed = marker::guard(client, database.reach(), self.confirm.as_deref()).await;
        passed.map_err(|error| database.failure(&error))
    }

    /// The same for what mends a database: the typed name is enough for production too.
    ///
    /// # Errors
    /// When a confirmation is missing.
    pub(crate) async fn guard_repair(
        &self,
        database: &Database,
        client: &Client,
    ) -> Result<(), Failure> {
        let passed = marker::guard_repair(client, database.reach(), self.confirm.as_deref()).await;
        passed.map_err(|error| database.failure(&error))
    }
}

impl Database {
    /// Near or far, as the URL says.
    pub(crate) fn reach(&self) -> Reach {
        if self.place.loopback { Reach::Loopback } else { Reach::Remote }
    }
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    database: String,
    environment: Option<&'static str>,
    before: Option<&'static str>,
}

impl Mark {
    /// Writes or shows the marker of each database.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let mut rows = Vec::new();
        let mut databases = self.target.find()?.into_iter();
        let exit = each(&self.target.domains.list(), out, async |domain| {
            let Some(database) = databases.next() else { return Ok(Exit::Ok) };
            let client = database.connect().await?;
            let before = marker::read(&client).await.map_err(|error| database.failure(&error))?;
            let after = self.environment.or(before);
            if let Some(environment) = self.environment.filter(|_| after != before) {
                // To take a mark away that guards is as dangerous as what it guards from.
                self.confirm.guard_repair(&database, &client).await?;
                write(&database, &client, environment).await?;
            }
            rows.push(Row {
                domain: domain.name(),
                database: database.place.to_string(),
                environment: after.map(Environment::name),
                before: before.map(Environment::name),
            });
            Ok(Exit::Ok)
        })
        .await;
        if rows.is_empty() {
            return exit;
        }
        let mut table = Table::new(&["domain", "database", "environment"]);
        for row in &rows {
            let environment = row.environment.unwrap_or("not marked").to_owned();
            table.row([row.domain.to_owned(), row.database.clone(), environment]);
        }
        out.data(&Domainwise { domains: rows }, table)?;
        exit
    }
}

/// Writes the marker as the owner of the database.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn write(
    database: &Database,
    client: &Client,
    environment: Environment,
) -> Result<(), Failure> {
    marker::write(client, environment, Some(&database.owner()))
        .await
        .map_err(|error| database.failure(&error))
}
