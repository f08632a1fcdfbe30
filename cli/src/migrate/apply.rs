//! `migrate apply`: runs what waits.
use std::{
    path::Path,
    time::{Duration, Instant},
};

use clap::Args;
use migrate::{Options, Report, Step, marker};
use serde::Serialize;

use super::{Target, directory, each, mark, root, target::Database};
use crate::{
    dev::milliseconds,
    failure::{Exit, Failure},
    output::{Output, Paint, Table},
    seed,
    token::seconds,
};

/// Apply the migrations that wait, one domain after the other
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate apply                            all domains, the local servers
  cargo aruuri migrate apply --domain finance --dry-run
  cargo aruuri migrate apply --domain content --to 20261121000000
  cargo aruuri migrate apply --deadline 10m -o json | jq '.domains[].pending'

A file runs in one transaction with its revision, unless it says `-- atlas:txmode none`. What is stopped in between
goes on at the next apply; if the catalogue cannot tell how far it came, it exits 6: migrate resolve.
A database that is ahead of the files is left alone; that is success.
AUTO_SEED=true loads the demo data of the set `default` afterwards: for previews, see docs/seeds.md.")]
pub(crate) struct Apply {
    #[command(flatten)]
    target: Target,
    /// The last version to apply
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Check everything and say what would run
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for another migration to end: 90s, 5m; exits 8 then
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = seconds)]
    lock_timeout: u64,
    /// How long one statement may take; what the role says otherwise
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    statement_timeout: Option<u64>,
    /// When to be done: no file is begun that may not be; the rest stays pending
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    deadline: Option<u64>,
    /// Begin on a database that has tables but no revisions
    #[arg(long)]
    allow_dirty: bool,
    /// Which environment a database without marker belongs to
    #[arg(long, value_name = "ENVIRONMENT")]
    mark: Option<marker::Environment>,
}

#[derive(Serialize)]
struct Answer {
    dry_run: bool,
    domains: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    database: String,
    applied: Vec<File>,
    already: usize,
    pending: usize,
    ahead: bool,
}

#[derive(Serialize)]
struct File {
    file: String,
    statements: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<f64>,
}

impl Apply {
    /// Goes on with the next domain when one fails: they do not depend on each other.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        if self.to.is_some() {
            self.target.domains.one()?;
        }
        let root = root()?;
        let deadline = self.deadline.map(|left| Instant::now() + Duration::from_secs(left));
        let mut rows = Vec::new();
        let mut databases = self.target.find()?.into_iter();
        let domains = self.target.domains.list();
        let exit = each(&domains, out, async |domain| {
            let Some(database) = databases.next() else { return Ok(Exit::Ok) };
            let directory = directory(&root, domain)?;
            let row = if self.dry_run {
                self.look(&database, &directory).await?
            } else {
                self.apply(&database, &directory, deadline, &root, out).await?
            };
            rows.push(row);
            Ok(Exit::Ok)
        })
        .await;
        if !rows.is_empty() {
            let text = text(&rows, self.dry_run);
            out.data(&Answer { dry_run: self.dry_run, domains: rows }, text)?;
        }
        exit
    }

    async fn apply(
        &self,
        database: &Database,
        directory: &migrate::Directory,
        deadline: Option<Instant>,
        root: &Path,
        out: &Output,
    ) -> Result<Row, Failure> {
        let fail = |error| database.failure(&error);
        let mut client = database.connect().await?;
        let options = Options {
            lock_timeout: Duration::from_secs(self.lock_timeout),
            statement_timeout: self.statement_timeout.map(Duration::from_secs),
            to: self.to.clone(),
            deadline,
            allow_dirty: self.allow_dirty,
            role: Some(database.owner()),
            ..Options::default()
        };
        if let Some(environment) = self.mark
            && marker::read(&client).await.map_err(fail)?.is_none()
        {
            mark::write(database, &client, environment).await?;
        }
        let seeded = seed::after_apply(database, &client).await?;
        let mut steps = |step: Step<'_>| tell(out, database, &step);
        let report = migrate::apply_with(&mut client, directory, &options, &mut steps).await;
        let report = report.map_err(fail)?;
        if seeded && report.pending == 0 && !report.ahead {
            seed::load_default(database, &client, root, out).await?;
        }
        Ok(row(database, report))
    }

    /// What `apply` would do, as far as that can be known without doing it.
    async fn look(
        &self,
        database: &Database,
        directory: &migrate::Directory,
    ) -> Result<Row, Failure> {
        let fail = |error| database.failure(&error);
        directory.validate().map_err(fail)?;
        let client = database.connect().await?;
        let found = migrate::status(&client, directory).await.map_err(fail)?;
        if let Some(error) = found.fault {
            return Err(fail(error));
        }
        let waiting = found.pending();
        let mut applied = Vec::new();
        for version in found.versions.iter().filter(|version| version.state.waits()) {
            let file = directory.files().iter().find(|file| file.version() == version.version);
            let Some(file) = file else { continue };
            if self.to.as_deref().is_some_and(|to| file.version() > to) {
                continue;
            }
            let statements = file.statements().map_err(fail)?.len();
            applied.push(File { file: file.name().to_owned(), statements, ms: None });
        }
        Ok(Row {
            domain: database.domain.name(),
            database: database.place.to_string(),
            pending: waiting - applied.len(),
            already: directory.files().len() - waiting,
            ahead: found.ahead(),
            applied,
        })
    }
}

fn row(database: &Database, report: Report) -> Row {
    let file = |applied: migrate::Applied| File {
        file: applied.file,
        statements: applied.statements,
        ms: Some(milliseconds(applied.took)),
    };
    Row {
        domain: database.domain.name(),
        database: database.place.to_string(),
        applied: report.applied.into_iter().map(file).collect(),
        already: report.already,
        pending: report.pending,
        ahead: report.ahead,
    }
}

/// Progress, one line per step.
fn tell(out: &Output, database: &Database, step: &Step<'_>) {
    let name = database.domain.name();
    match step {
        Step::Waits { holder } => out.step(format_args!("{name}: waiting for {holder}")),
        Step::Begins { file, number, of } => {
            out.step(format_args!("{name}: {number} of {of}, {file}"));
        }
        Step::Recovers { file, statement, how } => {
            out.warn(format_args!("{name}: {file}: a run stopped in statement {statement}: {how}"));
        }
        Step::Retries { file, error } => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            let why = why.unwrap_or_else(|| error.to_string());
            out.warn(format_args!("{name}: {file}: {why}; trying again"));
        }
        Step::Applied(applied) => {
            out.detail(format_args!("{name}: done in {} ms", milliseconds(applied.took)));
        }
        Step::Stops { pending } => {
            out.warn(format_args!("{name}: the deadline is near, {pending} files stay pending"));
        }
        _ => {}
    }
}

fn text(rows: &[Row], dry_run: bool) -> String {
    let mut table = Table::new(&["domain", "database", "applied", "before", "pending"]);
    for row in rows {
        let applied = match (row.applied.len(), row.ahead) {
            (0, true) => "the database is newer than these files".to_owned(),
            (0, false) => Paint::good("up to date").to_string(),
            (count, _) => count.to_string(),
        };
        let (domain, database) = (row.domain.to_owned(), row.database.clone());
        table.row([domain, database, applied, row.already.to_string(), row.pending.to_string()]);
    }
    let mut text = table.to_string();
    if dry_run {
        text.push_str("\nwould run, in this order\n");
        for row in rows {
            for file in &row.applied {
                let (name, file, count) = (row.domain, &file.file, file.statements);
                text.push_str(&format!("  migrations/{name}/{file} ({count} statements)\n"));
            }
        }
    }
    text
}
