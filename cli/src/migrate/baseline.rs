//! `migrate baseline`: takes a database into care that was there before its migrations.
use clap::Args;
use db::Domain;
use migrate::{
    Options,
    baseline::{self, NoStart},
};
use serde::Serialize;

use super::{
    checkout::{dev_failure, interruptible, servers},
    directory, failure, folder,
    mark::Confirm,
    new, root,
    target::Database,
};
use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Write the migration that makes what a database holds, and record in it that it is applied
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate baseline --domain content --from \"$URL\" --confirm content
  cargo aruuri migrate baseline --domain content --from \"$URL\" --dry-run > baseline.sql

For a database with tables and without revisions, and a domain without migrations. The file is proven on the local servers,
which must be of the same major version. Rows are not part of it. If there are migrations already: migrate set.")]
pub(crate) struct Baseline {
    /// What the file is called
    #[arg(value_parser = new::name, default_value = "baseline")]
    name: String,
    #[command(flatten)]
    domains: super::Domains,
    /// The direct URL of the database; else `ARUURI_<DOMAIN>_DATABASE_URL`, else the local servers
    #[arg(long, value_name = "URL", alias = "url")]
    from: Option<String>,
    /// Print the file; write and record nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(Serialize)]
struct Answer<'a> {
    domain: &'static str,
    database: String,
    file: &'a str,
    sql: &'a str,
    recorded: bool,
}

impl Baseline {
    /// Plans, proves, writes the file, and then the revision.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(self.all(out)).await
    }

    async fn all(self, out: &Output) -> Result<Exit, Failure> {
        let domain = self.domains.one()?;
        let root = root()?;
        let files = directory(&root, domain)?;
        let database =
            Database::find(domain, self.from.as_deref(), |name| std::env::var(name).ok())?;
        let running = servers(out).await?;
        let mut client = database.connect().await?;
        let fail = |error| refused(error, &database);
        out.step(format_args!("{}: reading {}", domain.name(), database.place));
        let file = baseline::baseline(&running, domain, &files, &mut client, &self.name).await;
        let file = file.map_err(fail)?;
        let answer = Answer {
            domain: domain.name(),
            database: database.place.to_string(),
            file: &file.0,
            sql: &file.1,
            recorded: !self.dry_run,
        };
        if self.dry_run {
            out.data(&answer, &file.1)?;
            return Ok(Exit::Ok);
        }
        self.confirm.guard_repair(&database, &client).await?;
        let written = migrate::add(folder(&root, domain), std::slice::from_ref(&file));
        let written = written.map_err(|error| failure(&error, domain, &root))?;
        let options = Options { role: Some(database.owner()), ..Options::default() };
        let sealed = directory(&root, domain)?;
        baseline::adopt(&mut client, &sealed, &options).await.map_err(fail)?;
        let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        out.data(&answer, format_args!("{}\n{} holds it", paths.join("\n"), database.place))?;
        Ok(Exit::Ok)
    }
}

fn refused(error: NoStart, database: &Database) -> Failure {
    match error {
        NoStart::Database(error) => database.failure(&error),
        error => no_start(error, database.domain).place(&database.place),
    }
}

/// What keeps a state to begin with from being written.
pub(super) fn no_start(error: NoStart, domain: Domain) -> Failure {
    let name = domain.name();
    match error {
        NoStart::Dev(error) => match root() {
            Ok(root) => dev_failure(error, domain, &root),
            Err(failure) => failure,
        },
        NoStart::HasFiles => Failure::new(Exit::Usage, format_args!("{name}: {error}"))
            .next(format_args!("cargo aruuri migrate set VERSION --domain {name}")),
        NoStart::HasRevisions => Failure::new(Exit::Usage, format_args!("{name}: {error}"))
            .next(format_args!("cargo aruuri migrate status --domain {name}")),
        NoStart::Undecided(_) | NoStart::Unproven(_) | NoStart::SeveralFiles(_) => {
            Failure::new(Exit::Drift, format_args!("{name}: {error}"))
                .next(format_args!("write it by hand: cargo aruuri migrate new --domain {name}"))
        }
        error => Failure::new(Exit::Failure, format_args!("{name}: {error}")),
    }
}
