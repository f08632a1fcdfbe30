//! `migrate verify`: proves that the migrations make the schema and keep what is in the tables.
use std::time::{Duration, Instant};

use clap::Args;
use db::Domain;
use migrate::proof::{self, Finding, Proof};
use serde::Serialize;

use super::{
    Domains, checkout::Checkout, checkout::interruptible, checkout::servers, drift::SHOWN, each,
    git, root,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// Prove that the migrations make the schema, and lose nothing
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate verify
  cargo aruuri migrate verify --domain finance -v        tables that had no row to lose
  cargo aruuri migrate verify --base origin/main         rows before each file that main does not have

Replays the migrations and loads schema/<domain> in databases of their own on the local servers, compares both (also by
pg_dump), and applies the newest file once more where every table has rows. Exits 4 if atlas.sum is wrong, 3 if the
proof fails. A file that must lose something says so in a line of its own:
  -- aruuri:allow-loss giving.contributors.note moved to giving.notes two releases ago")]
pub(crate) struct Verify {
    #[command(flatten)]
    domains: Domains,
    /// Put rows before each file that this branch or commit does not have; by default before the last file
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    proven: bool,
    domains: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    domain: &'static str,
    proven: bool,
    files: usize,
    seconds: f64,
    #[serde(flatten)]
    proof: Proof,
}

impl Verify {
    /// Writes what was proven and what was not.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(async {
            let root = root()?;
            let running = servers(out).await?;
            let mut rows = Vec::new();
            let exit = each(&self.domains.list(), out, async |domain| {
                let checkout = Checkout::read(&root, &running, domain)?;
                let first = match &self.base {
                    Some(base) => known(&checkout, &git::migrations(&root, base, domain)?),
                    None => proof::newest(&checkout.directory),
                };
                let began = Instant::now();
                let proof = prove(&checkout, first, out).await?;
                let exit = if proof.findings.is_empty() { Exit::Ok } else { Exit::Drift };
                rows.push(row(domain, checkout.directory.files().len(), began.elapsed(), proof));
                Ok(exit)
            })
            .await;
            if !rows.is_empty() {
                let text = rows.iter().map(|row| text(row, out)).collect::<String>();
                let proven = matches!(exit, Ok(Exit::Ok));
                out.data(&Answer { proven, domains: rows }, text)?;
            }
            exit
        })
        .await
    }
}

/// The proof of a domain; in CI it does not do without `pg_dump`.
///
/// # Errors
/// When there can be no proof.
pub(super) async fn prove(
    checkout: &Checkout<'_>,
    first: usize,
    out: &Output,
) -> Result<Proof, Failure> {
    let name = checkout.domain.name();
    let mut progress = |step: &str| out.step(format_args!("{name}: {step}"));
    let proof = proof::verify(&checkout.subject(), first, &mut progress).await;
    let proof = proof.map_err(|error| checkout.failure(error))?;
    need_dump(&proof, checkout.domain, out)?;
    Ok(proof)
}

/// Says that `pg_dump` is missing; in CI that is an error.
///
/// # Errors
/// In CI.
pub(super) fn need_dump(proof: &Proof, domain: Domain, out: &Output) -> Result<(), Failure> {
    if proof.dumped {
        return Ok(());
    }
    let missing = format!("{}: there is no pg_dump to compare with", domain.name());
    if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
        return Err(Failure::new(Exit::Failure, missing).next("apt-get install postgresql-client"));
    }
    out.warn(missing);
    Ok(())
}

/// How many files both begin with.
fn known(checkout: &Checkout<'_>, base: &migrate::Directory) -> usize {
    let files = checkout.directory.files().iter();
    files.take_while(|file| base.files().iter().any(|known| known.name() == file.name())).count()
}

fn row(domain: Domain, files: usize, took: Duration, proof: Proof) -> Row {
    let seconds = (took.as_secs_f64() * 100.0).round() / 100.0;
    Row { domain: domain.name(), proven: proof.findings.is_empty(), files, seconds, proof }
}

fn text(row: &Row, out: &Output) -> String {
    let Row { domain, files, seconds, proof, .. } = row;
    let mut text = String::new();
    if proof.findings.is_empty() {
        let dumped = if proof.dumped { ", pg_dump agrees" } else { "" };
        let s = if *files == 1 { "" } else { "s" };
        text.push_str(&format!(
            "{} {domain}: {files} file{s} make the schema{dumped}{} ({seconds:.1} s)\n",
            Paint::good("proven"),
            witnesses(proof)
        ));
    } else {
        let count = proof.findings.len();
        let s = if count == 1 { "" } else { "s" };
        text.push_str(&format!("{} {domain}: {count} finding{s}\n", Paint::bad("not proven")));
        text.push_str(&findings(proof));
        text.push_str(&format!("  next: {}\n", next(proof, domain)));
    }
    if out.is_verbose() {
        text.push_str(&without(proof));
    }
    text
}

/// How many tables had rows.
fn witnesses(proof: &Proof) -> String {
    let Some(last) = proof.witnessed.last() else { return String::new() };
    let tables = last.witnesses.rows.len();
    let all = tables + last.witnesses.without.len();
    format!(", rows in {tables} of {all} tables kept")
}

/// Each finding in a line of its own.
pub(super) fn findings(proof: &Proof) -> String {
    let shown = proof.findings.iter().take(SHOWN);
    let mut text: String = shown.map(|finding| format!("  {}\n", indented(finding))).collect();
    if proof.findings.len() > SHOWN {
        text.push_str(&format!("  and {} more: -o json\n", proof.findings.len() - SHOWN));
    }
    text
}

fn indented(finding: &Finding) -> String {
    finding.to_string().replace('\n', "\n    ")
}

/// What mends the first finding.
pub(super) fn next(proof: &Proof, domain: &str) -> String {
    let edited = format!(
        "cargo aruuri migrate hash --domain {domain} && cargo aruuri migrate verify --domain {domain}"
    );
    match proof.findings.first() {
        Some(Finding::Unmodelled { .. }) => {
            "use another kind of object, or teach `migrate` this one".to_owned()
        }
        Some(Finding::Refused { file, .. }) => {
            format!("add a default or a backfill to migrations/{domain}/{file}, then {edited}")
        }
        Some(Finding::Lost { file, lost }) => format!(
            "keep it, or put `-- aruuri:allow-loss {} <reason>` and an empty line at the top of migrations/{domain}/{file}, then {edited}",
            lost.name
        ),
        _ => format!(
            "cargo aruuri migrate diff <name> --domain {domain}, or mend the migration and {edited}"
        ),
    }
}

fn without(proof: &Proof) -> String {
    let mut text = String::new();
    for witnessed in &proof.witnessed {
        let witnesses = &witnessed.witnesses;
        for (table, why) in &witnesses.without {
            text.push_str(&format!("  {}: no row in {table}: {why}\n", witnessed.file));
        }
        for table in &witnesses.untriggered {
            text.push_str(&format!(
                "  {}: row in {table} written without its triggers\n",
                witnessed.file
            ));
        }
        for file in &witnesses.seeds {
            text.push_str(&format!("  {}: demo data {file} loaded\n", witnessed.file));
        }
    }
    text
}
