//! `migrate status`: what is applied, and what waits.
use clap::Args;
use migrate::State;
use serde::Serialize;

use super::{Domainwise, Target, directory, each, root};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint, Table},
};

/// Show what is applied to each database and what waits
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate status
  cargo aruuri migrate status --domain finance -v          every version
  cargo aruuri migrate status --exit-code -q || echo work  5 if files wait

Changes nothing and takes no lock. Without --exit-code it exits 0 whatever it finds; with it 5 for files that wait,
3 or 4 for files that do not fit, 6 for an interrupted one.")]
pub(crate) struct Status {
    #[command(flatten)]
    target: Target,
    /// Say what was found by the exit code
    #[arg(long)]
    exit_code: bool,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    database: String,
    last: Option<String>,
    pending: usize,
    ahead: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    versions: Vec<Version>,
}

#[derive(Serialize)]
struct Version {
    version: String,
    file: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Status {
    /// Writes what it found in every database it can reach.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let root = root()?;
        let mut rows = Vec::new();
        let databases = self.target.find()?;
        let domains: Vec<_> = databases.iter().map(|database| database.domain).collect();
        let mut databases = databases.into_iter();
        let exit = each(&domains, out, async |domain| {
            let Some(database) = databases.next() else { return Ok(Exit::Ok) };
            let directory = directory(&root, domain)?;
            let client = database.connect().await?;
            let found = migrate::status(&client, &directory).await;
            let found = found.map_err(|error| database.failure(&error))?;
            let exit = match &found.fault {
                Some(error) => super::exit(error),
                None if found.pending() > 0 => Exit::Pending,
                None => Exit::Ok,
            };
            rows.push(Row {
                domain: domain.name(),
                database: database.place.to_string(),
                last: found.last().map(str::to_owned),
                pending: found.pending(),
                ahead: found.ahead(),
                fault: found.fault.as_ref().map(ToString::to_string),
                versions: found.versions.into_iter().map(version).collect(),
            });
            Ok(if self.exit_code { exit } else { Exit::Ok })
        })
        .await;
        if rows.is_empty() {
            return exit;
        }
        let text = if out.is_verbose() { versions(&rows) } else { summary(&rows) };
        out.data(&Domainwise { domains: rows }, text)?;
        exit
    }
}

fn version(found: migrate::Version) -> Version {
    Version {
        version: found.version,
        file: found.file,
        state: found.state.name(),
        at: found.at,
        error: found.error,
    }
}

fn summary(rows: &[Row]) -> String {
    let mut table = Table::new(&["domain", "database", "last", "state"]);
    for row in rows {
        let state = match (&row.fault, row.pending, row.ahead) {
            (Some(fault), _, _) => Paint::bad(fault).to_string(),
            (None, 0, true) => Paint::good("newer than these files").to_string(),
            (None, 0, false) => Paint::good("up to date").to_string(),
            (None, 1, _) => Paint::warn("1 file waits").to_string(),
            (None, count, _) => Paint::warn(format_args!("{count} files wait")).to_string(),
        };
        let last = row.last.clone().unwrap_or_else(|| "nothing".into());
        table.row([row.domain.to_owned(), row.database.clone(), last, state]);
    }
    table.to_string()
}

fn versions(rows: &[Row]) -> String {
    let mut table = Table::new(&["domain", "version", "state", "at", "file"]);
    for row in rows {
        for version in &row.versions {
            let state = match version.state {
                state if state == State::Applied.name() => Paint::good(state).to_string(),
                state if state == State::Pending.name() => Paint::warn(state).to_string(),
                state if state == State::Covered.name() => state.to_owned(),
                state => Paint::bad(state).to_string(),
            };
            table.row([
                row.domain.to_owned(),
                version.version.clone(),
                state,
                version.at.clone().unwrap_or_default(),
                version.file.clone().unwrap_or_default(),
            ]);
        }
    }
    format!("{}\n{table}", summary(rows))
}
