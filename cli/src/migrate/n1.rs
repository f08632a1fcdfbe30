//! `migrate n-1`: does the release before this one still work on the new schema?
use clap::Args;
use migrate::{
    Directory,
    n1::{Broken, Record, Report, Subject, n1},
};
use serde::Serialize;

use super::{
    Domains,
    checkout::{dev_failure, interruptible, servers},
    directory, each, git, root,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
    routes::statements_path,
};

/// Show that the statements of an earlier release still work on the new schema
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate n-1 --base origin/main
  cargo aruuri migrate n-1 --base v0.4.0 --domain finance
  cargo aruuri migrate n-1 --base HEAD^ -o json | jq -r '.domains[].broken[].statement'

While a release is rolled out, the one before it still runs. Its statements are in its schema/statements/, which
`routes write` writes. Each one that a role could run on the schema of its own release is prepared and explained as that
role on the new schema, and must return the same types. Exits 3 if one does not work any more.")]
pub(crate) struct NMinusOne {
    /// The release that is running: a branch, tag or commit
    #[arg(long, value_name = "REVISION")]
    base: String,
    #[command(flatten)]
    domains: Domains,
}

#[derive(Serialize)]
struct Answer {
    base: String,
    works: bool,
    domains: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    /// Why nothing was compared, if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
    #[serde(flatten)]
    report: Report,
}

impl NMinusOne {
    /// Writes which statements do not work; exits 3 if there is one.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(async {
            let root = root()?;
            let commit = git::commit(&root, &self.base)?;
            let mut rows = Vec::new();
            let exit = each(&self.domains.list(), out, async |domain| {
                let directory = directory(&root, domain)?;
                let base = git::migrations(&root, &commit, domain)?;
                let path = statements_path(domain).display().to_string();
                let record = git::file(&root, &commit, &path)?;
                let skip = |why: String| Row {
                    domain: domain.name(),
                    skipped: Some(why),
                    report: Report::default(),
                };
                let Some(record) = record else {
                    let why = format!("{} has no {path}: it recorded no statements", self.base);
                    out.warn(format_args!("{}: {why}", domain.name()));
                    rows.push(skip(why));
                    return Ok(Exit::Ok);
                };
                if same(&base, &directory) {
                    rows.push(skip(format!("no migration since {}", self.base)));
                    return Ok(Exit::Ok);
                }
                let record = parse(&record, &self.base, &path)?;
                let running = servers(out).await?;
                let statements = record.statements;
                let subject = Subject {
                    running: &running,
                    domain,
                    base: &base,
                    directory: &directory,
                    statements: &statements,
                };
                let name = domain.name();
                let mut progress = |step: &str| out.step(format_args!("{name}: {step}"));
                let report = n1(&subject, &mut progress).await;
                let report = report.map_err(|error| dev_failure(error, domain, &root))?;
                let exit = if report.broken.is_empty() { Exit::Ok } else { Exit::Drift };
                rows.push(Row { domain: name, skipped: None, report });
                Ok(exit)
            })
            .await;
            if !rows.is_empty() {
                let text = rows.iter().map(|row| text(row, out)).collect::<String>();
                let works = matches!(exit, Ok(Exit::Ok));
                out.data(&Answer { base: self.base, works, domains: rows }, text)?;
            }
            exit
        })
        .await
    }
}

fn same(base: &Directory, directory: &Directory) -> bool {
    base.total() == directory.total()
}

fn parse(record: &str, base: &str, path: &str) -> Result<Record, Failure> {
    serde_json::from_str(record).map_err(|error| {
        Failure::new(Exit::Failure, "the recorded statements cannot be read")
            .place(format_args!("{base}:{path}"))
            .because(&error)
            .next(format_args!("git show {base}:{path}; `cargo aruuri routes write` writes it"))
    })
}

fn text(row: &Row, out: &Output) -> String {
    let Row { domain, skipped, report } = row;
    if let Some(why) = skipped {
        return format!("{domain}: nothing to compare, {why}\n");
    }
    let Report { checked, broken, unknown } = report;
    let mut text = match broken.len() {
        0 => format!("{} {domain}: all {checked} statements\n", Paint::good("works")),
        count => format!("{} {domain}: {count} of {checked} statements\n", Paint::bad("broken")),
    };
    for Broken { statement, roles, sqlstate, sentence, next } in broken {
        let code = sqlstate.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
        text.push_str(&format!("  {statement} ({}): {code}{sentence}\n", roles.join(", ")));
        text.push_str(&format!("    {next}\n"));
    }
    if out.is_verbose() {
        for statement in unknown {
            text.push_str(&format!("  {statement}: did not work before either\n"));
        }
    }
    text
}
