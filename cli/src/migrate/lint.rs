//! `migrate lint`: what is dangerous about new migrations.
use std::{collections::BTreeSet, path::Path};

use clap::Args;
use db::Domain;
use migrate::{
    Directory,
    lint::{Finding, Options, RULES, Report, Severity, Subject, lint, squawk_page, squawk_rules},
};
use serde::Serialize;

use super::{
    Domains,
    checkout::{dev_failure, interruptible, servers},
    directory, each, git, root,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint, Table},
};

/// Find what locks, loses rows, or breaks the release that is running
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate lint
  cargo aruuri migrate lint --git-base origin/main
  cargo aruuri migrate lint --domain finance --latest 2
  cargo aruuri migrate lint --codes                      every code and what mends it
  cargo aruuri migrate lint -o json | jq -r '.findings[] | \"\\(.path):\\(.line): \\(.code) \\(.sentence)\"'

Looked at are the files that the main branch does not have, else the last one. Each is run, statement by statement, on a
database that is thrown away. Exits 7 if a finding is an error. In a file or before a statement:
  -- atlas:nolint DS103                         not to be found here
  -- aruuri:phase contract #12                  what is dropped is not used by the release before
  -- aruuri:shim app.users drop with #34        a view that keeps the old name")]
pub(crate) struct Lint {
    #[command(flatten)]
    domains: Domains,
    /// Look at the last N files
    #[arg(long, value_name = "N", conflicts_with = "git_base")]
    latest: Option<usize>,
    /// Look at the files that this branch or commit does not have
    #[arg(long, value_name = "REVISION")]
    git_base: Option<String>,
    /// Take an index that is built while others wait for an error
    #[arg(long)]
    online: bool,
    /// Look for a code, or codes with this beginning, that is off by default: NM, NM103
    #[arg(long = "on", value_name = "CODE")]
    on: Vec<String>,
    /// List every code instead
    #[arg(long)]
    codes: bool,
}

#[derive(Serialize)]
struct Answer {
    errors: usize,
    warnings: usize,
    findings: Vec<Found>,
    domains: Vec<Looked>,
}

/// A finding with its path in the checkout.
#[derive(Serialize)]
struct Found {
    domain: &'static str,
    path: String,
    #[serde(flatten)]
    finding: Finding,
}

#[derive(Serialize)]
struct Looked {
    domain: &'static str,
    files: Vec<String>,
    shims: Vec<migrate::lint::Shim>,
}

#[derive(Serialize)]
struct Codes {
    codes: Vec<Code>,
}

#[derive(Serialize)]
struct Code {
    code: String,
    severity: &'static str,
    contract: &'static str,
    title: &'static str,
    mend: String,
}

impl Lint {
    /// Writes what it found; exits 7 if that is an error.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        if self.codes {
            return list(out);
        }
        interruptible(async {
            let root = root()?;
            let running = servers(out).await?;
            let options = Options { online: self.online, on: self.on.clone() };
            let mut reports = Vec::new();
            let exit = each(&self.domains.list(), out, async |domain| {
                let directory = directory(&root, domain)?;
                let base = self.git_base.as_deref();
                let new = new_files(&root, domain, &directory, self.latest, base)?;
                let subject =
                    Subject { running: &running, domain, directory: &directory, new: &new };
                let name = domain.name();
                let mut progress = |step: &str| out.step(format_args!("{name}: {step}"));
                let report = lint(&subject, &options, &mut progress).await;
                let report = report.map_err(|error| dev_failure(error, domain, &root))?;
                let errors = report.count(Severity::Error) > 0;
                reports.push((domain, report));
                Ok(if errors { Exit::Findings } else { Exit::Ok })
            })
            .await;
            if !reports.is_empty() {
                let answer = answer(reports);
                out.data(&answer, text(&answer, out))?;
            }
            exit
        })
        .await
    }
}

/// Names of the files to look at.
///
/// # Errors
/// When git does not know the base.
pub(crate) fn new_files(
    root: &Path,
    domain: Domain,
    directory: &Directory,
    latest: Option<usize>,
    base: Option<&str>,
) -> Result<BTreeSet<String>, Failure> {
    let files = directory.files();
    let last = |count: usize| {
        let last = files.iter().rev().take(count);
        last.map(|file| file.name().to_owned()).collect::<BTreeSet<_>>()
    };
    let new = match (latest, base) {
        (Some(count), _) => return Ok(last(count)),
        (None, Some(base)) => return git::new_files(root, base, domain, directory),
        (None, None) => match git::fork(root) {
            Some(base) => git::new_files(root, &base, domain, directory)?,
            None => BTreeSet::new(),
        },
    };
    Ok(if new.is_empty() { last(1) } else { new })
}

fn list(out: &Output) -> Result<Exit, Failure> {
    let ours = RULES.iter().map(|rule| Code {
        code: rule.code.to_owned(),
        severity: if rule.off { "off" } else { word(rule.expand) },
        contract: if rule.off { "off" } else { word(rule.severity) },
        title: rule.title,
        mend: rule.mend.to_owned(),
    });
    let theirs = squawk_rules().map(|(code, severity)| Code {
        mend: squawk_page(&code),
        code,
        severity: word(severity),
        contract: word(severity),
        title: "a rule of squawk",
    });
    let codes: Vec<Code> = ours.chain(theirs).collect();
    let mut table = Table::new(&["code", "is", "in contract phase", "finding"]);
    for code in &codes {
        let cells = [&code.code, code.severity, code.contract, code.title];
        table.row(cells.map(str::to_owned));
    }
    out.data(&Codes { codes }, table)?;
    Ok(Exit::Ok)
}

fn answer(reports: Vec<(Domain, Report)>) -> Answer {
    let count = |severity| reports.iter().map(|(_, report)| report.count(severity)).sum();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (mut findings, mut domains) = (Vec::new(), Vec::new());
    for (domain, report) in reports {
        let domain = domain.name();
        findings.extend(report.findings.into_iter().map(|finding| Found {
            domain,
            path: format!("migrations/{domain}/{}", finding.file),
            finding,
        }));
        domains.push(Looked { domain, files: report.files, shims: report.shims });
    }
    Answer { errors, warnings, findings, domains }
}

fn text(answer: &Answer, out: &Output) -> String {
    let mut text = String::new();
    for Found { path, finding, .. } in &answer.findings {
        let Finding { code, severity, line, column, statement, sentence, mend, .. } = finding;
        let head = format!("{} {code}", word(*severity));
        let head = match severity {
            Severity::Error => Paint::bad(head),
            Severity::Warning => Paint::warn(head),
            Severity::Info => Paint::dim(head),
        };
        text.push_str(&format!("{path}:{line}:{column}: {head}: {sentence}\n"));
        if let Some(statement) = statement {
            text.push_str(&format!("    {}\n", Paint::dim(statement)));
        }
        text.push_str(&format!("    {mend}\n"));
    }
    for Looked { domain, files, shims } in &answer.domains {
        let count = files.len();
        let s = if count == 1 { "" } else { "s" };
        let errors = answer
            .findings
            .iter()
            .filter(|found| found.domain == *domain && found.finding.severity == Severity::Error);
        let verdict = match errors.count() {
            0 => Paint::good("no error"),
            _ => Paint::bad("errors"),
        };
        text.push_str(&format!("{domain}: {count} file{s} looked at, {verdict}\n"));
        if out.is_verbose() {
            files.iter().for_each(|file| text.push_str(&format!("  {file}\n")));
        }
        for shim in shims {
            text.push_str(&format!("  {} is kept as a view until {}\n", shim.name, shim.until));
        }
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
