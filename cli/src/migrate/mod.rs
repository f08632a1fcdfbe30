//! `migrate`: the schema of the databases, from files that are reviewed to tables that are applied.
//!
//! This file is the frame: the list of commands, which domains one works on, where it finds their databases, and which
//! exit code a failure has.
mod apply;
mod baseline;
mod checkout;
mod checkpoint;
mod diff;
mod drift;
pub(crate) mod git;
mod hash;
mod inspect;
pub(crate) mod lint;
mod mark;
mod n1;
mod new;
mod plan;
mod rebase;
mod resolve;
mod set;
mod status;
mod target;
#[cfg(test)]
mod tests;
mod validate;
mod verify;

use std::path::{Path, PathBuf};

use ::migrate::{Directory, Error};
use clap::{Args, Subcommand, ValueEnum};
use db::Domain;
use serde::Serialize;
use stack::Stack;
use tokio_postgres::error::SqlState;

pub(crate) use self::checkout::{dev_failure, interruptible};
pub(crate) use self::target::{Database, Target};
use crate::{
    failure::{Exit, Failure},
    functions,
    output::Output,
};

/// Plan, prove and apply changes of the databases' schema
#[derive(Args, Debug)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  cargo aruuri migrate diff add_note --domain finance
  cargo aruuri migrate verify
  cargo aruuri migrate lint
  cargo aruuri migrate n-1 --base origin/main
  cargo aruuri migrate status
  cargo aruuri migrate apply --domain finance
  cargo aruuri migrate new backfill_notes --domain finance
  cargo aruuri migrate hash && cargo aruuri migrate validate
  cargo aruuri migrate status --domain finance --url \"$URL\" -o json

A database is that of --url, else of ARUURI_<DOMAIN>_DATABASE_URL, else of the local servers if they run.
It must be the direct URL: a pooler gives each statement another session.
Exit codes: cargo aruuri help exit-codes"
)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    command: Command,
}

/// One module per command; each has `async run(self, &Output)`.
#[derive(Debug, Subcommand)]
enum Command {
    Diff(diff::Diff),
    Verify(verify::Verify),
    Lint(lint::Lint),
    #[command(name = "n-1")]
    NMinusOne(n1::NMinusOne),
    Status(status::Status),
    Apply(apply::Apply),
    Hash(hash::Hash),
    Validate(validate::Validate),
    New(new::New),
    Rebase(rebase::Rebase),
    Resolve(resolve::Resolve),
    Set(set::Set),
    Mark(mark::Mark),
    Baseline(baseline::Baseline),
    Checkpoint(checkpoint::Checkpoint),
    Drift(drift::Drift),
    Inspect(inspect::Inspect),
    Plan(plan::PlanBetween),
}

impl Migrate {
    /// Runs the command; its failures get the exit codes of `migrate`.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let runtime = functions::runtime()?;
        let outcome = runtime.block_on(async {
            match self.command {
                Command::Diff(command) => command.run(out).await,
                Command::Verify(command) => command.run(out).await,
                Command::Lint(command) => command.run(out).await,
                Command::NMinusOne(command) => command.run(out).await,
                Command::Status(command) => command.run(out).await,
                Command::Apply(command) => command.run(out).await,
                Command::Hash(command) => command.run(out).await,
                Command::Validate(command) => command.run(out).await,
                Command::New(command) => command.run(out).await,
                Command::Rebase(command) => command.run(out).await,
                Command::Resolve(command) => command.run(out).await,
                Command::Set(command) => command.run(out).await,
                Command::Mark(command) => command.run(out).await,
                Command::Baseline(command) => command.run(out).await,
                Command::Checkpoint(command) => command.run(out).await,
                Command::Drift(command) => command.run(out).await,
                Command::Inspect(command) => command.run(out).await,
                Command::Plan(command) => command.run(out).await,
            }
        });
        outcome.map(Exit::of_migrate).map_err(Failure::of_migrate)
    }
}

/// Which domains a command works on.
#[derive(Args, Clone, Debug)]
pub(crate) struct Domains {
    /// One domain, or several; all by default
    #[arg(long = "domain", value_name = "DOMAIN", value_enum, env = "ARUURI_DOMAIN")]
    domains: Vec<DomainName>,
}

/// A domain on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DomainName {
    Platform,
    Projects,
    Finance,
    Content,
    /// Every one of them
    All,
}

impl Domains {
    /// The domains in their usual order.
    pub(crate) fn list(&self) -> Vec<Domain> {
        let all = self.domains.is_empty() || self.domains.contains(&DomainName::All);
        let named = |domain: &Domain| {
            self.domains.iter().any(|name| {
                matches!(
                    (name, domain),
                    (DomainName::Platform, Domain::Platform)
                        | (DomainName::Projects, Domain::Projects)
                        | (DomainName::Finance, Domain::Finance)
                        | (DomainName::Content, Domain::Content)
                )
            })
        };
        Domain::ALL.into_iter().filter(|domain| all || named(domain)).collect()
    }

    /// The one domain of a command that writes a file or takes a URL.
    ///
    /// # Errors
    /// When there is not exactly one.
    pub(crate) fn one(&self) -> Result<Domain, Failure> {
        match self.list()[..] {
            [domain] => Ok(domain),
            _ => Err(Failure::new(Exit::Usage, "this needs exactly one domain")
                .next("the same with --domain platform, projects, finance or content")),
        }
    }
}

/// The checkout.
///
/// # Errors
/// When the current folder is in none.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    Ok(Stack::find()?.root().to_owned())
}

/// `migrations/<domain>` of the checkout.
pub(crate) fn folder(root: &Path, domain: Domain) -> PathBuf {
    root.join("migrations").join(domain.name())
}

/// The migrations of a domain as they are in the checkout, not validated yet.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn directory(root: &Path, domain: Domain) -> Result<Directory, Failure> {
    Directory::read(folder(root, domain)).map_err(|error| failure(&error, domain, root))
}

/// What a command has to say, a row for each domain.
#[derive(Debug, Serialize)]
struct Domainwise<R> {
    domains: Vec<R>,
}

/// Works on one domain after the other; a failure is printed and the next domain follows. Ends with the code of the first failure,
/// else with the first code that is not 0.
pub(crate) async fn each(
    domains: &[Domain],
    out: &Output,
    mut work: impl AsyncFnMut(Domain) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut first = None;
    let mut exit = Exit::Ok;
    for domain in domains {
        match work(*domain).await {
            Ok(found) if exit == Exit::Ok => exit = found,
            Ok(_) => {}
            Err(failure) if domains.len() == 1 => return Err(failure),
            Err(failure) => {
                first = first.or(Some(failure.exit()));
                failure.of_migrate().print(out);
            }
        }
    }
    Ok(first.unwrap_or(exit))
}

/// What went wrong in a domain; `place` is its folder or its database.
pub(crate) fn failure(error: &Error, domain: Domain, root: &Path) -> Failure {
    failure_at(error, domain, folder(root, domain).display().to_string())
}

/// The same with another place.
pub(crate) fn failure_at(error: &Error, domain: Domain, place: String) -> Failure {
    let name = domain.name();
    let failure = Failure::new(exit(error), format_args!("{name}: {error}")).place(place);
    let failure = match std::error::Error::source(error) {
        Some(source) => failure.because(source),
        None => failure,
    };
    match next(error, name) {
        Some(next) => failure.next(next),
        None => failure,
    }
}

fn exit(error: &Error) -> Exit {
    match error {
        Error::SumMissing
        | Error::SumFormat { .. }
        | Error::SumMismatch { .. }
        | Error::LineEnds { .. }
        | Error::HistoryChanged { .. } => Exit::Checksum,
        Error::OutOfOrder { .. }
        | Error::FileMissing { .. }
        | Error::DuplicateVersion { .. }
        | Error::NotEmpty { .. } => Exit::Drift,
        Error::Dirty { .. } => Exit::Dirty,
        Error::Locked { .. } => Exit::Locked,
        Error::Pooled | Error::UnknownVersion { .. } | Error::NothingToResolve { .. } => {
            Exit::Usage
        }
        Error::Guarded { .. } => Exit::Refused,
        Error::Connect { .. } => Exit::Unreachable,
        _ => Exit::Failure,
    }
}

/// The command that helps.
fn next(error: &Error, domain: &str) -> Option<String> {
    let command = |words: &str| Some(format!("cargo aruuri migrate {words} --domain {domain}"));
    match error {
        Error::SumMissing | Error::SumFormat { .. } | Error::SumMismatch { .. } => command("hash"),
        Error::LineEnds { .. } => {
            Some("git rm -rq --cached migrations && git reset -q --hard, once .gitattributes has the line".into())
        }
        Error::OutOfOrder { .. } | Error::DuplicateVersion { .. } => command("rebase"),
        Error::Locked { .. } => command("apply --lock-timeout 5m"),
        Error::Dirty { version, .. } => command(&format!("resolve {version} --applied|--retry")),
        Error::HistoryChanged { file, .. } => {
            Some(format!("git log -p -- migrations/{domain}/{file}"))
        }
        Error::NotEmpty { .. } => command("baseline"),
        Error::UnknownVersion { .. } | Error::NothingToResolve { .. } => command("status -v"),
        Error::Statement { source, .. }
        | Error::Commit { source, .. }
        | Error::Database { source, .. } => after(source, domain),
        Error::Pooled => Some(format!(
            "set ARUURI_{}_DATABASE_URL to the direct URL, or give it with --url",
            domain.to_uppercase()
        )),
        Error::Connect { .. } => Some("cargo aruuri status, for the local servers".into()),
        _ => None,
    }
}

/// What helps after the server refused something, by its SQLSTATE.
fn after(source: &tokio_postgres::Error, domain: &str) -> Option<String> {
    let apply = format!("cargo aruuri migrate apply --domain {domain}");
    Some(match source.code().map(SqlState::code) {
        None => format!("{apply}, which goes on where this one was cut off"),
        Some("42501") => {
            "the URL of the migrator, who may act as the owner of the schema".to_owned()
        }
        Some("53100") => format!("free disk space on the server, then {apply}"),
        Some("55P03") => format!("find who holds the lock (pg_stat_activity), then {apply}"),
        Some("57014") => format!("{apply} --statement-timeout 30m, or a smaller step"),
        Some(code) if code.starts_with("53") || code.starts_with("57") => format!("{apply} later"),
        Some(_) => {
            format!(
                "mend the file or the data, then cargo aruuri migrate hash --domain {domain}, then {apply}"
            )
        }
    })
}
