//! `migrate diff`: writes the migration that makes the schema.
use std::path::Path;

use clap::Args;
use migrate::{
    plan::{Hazard, Options, RenameHint, Undecided},
    proof::{self, Draft, Drafted, Finding},
};
use serde::Serialize;

use super::{
    Domains, Domainwise, checkout::Checkout, checkout::interruptible, checkout::servers, each,
    failure, folder, new, root, verify,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// Write the migration from what the files make to what schema/ says
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $EDITOR schema/finance/60_giving.sql
  cargo aruuri migrate diff add_note --domain finance
  cargo aruuri migrate diff rename_note --rename giving.contributors.note=remark
  cargo aruuri migrate diff index_notes --online

The file is proven before it is written; read it, edit it if need be (then `migrate hash` and `migrate verify`), commit it
with atlas.sum. Exits 0 without a file if nothing differs, 3 if only you can decide: whether something was renamed, or
whether what is lost may go.")]
pub(crate) struct Diff {
    /// What it does: lower case letters, digits and underscores
    #[arg(value_parser = new::name)]
    name: String,
    #[command(flatten)]
    domains: Domains,
    /// Something that has another name now: table or column in full, then its new name
    #[arg(long, value_name = "OLD=NEW")]
    rename: Vec<RenameHint>,
    /// Drop what the schema does not have any more, with its rows
    #[arg(long)]
    allow_drop: bool,
    /// Use forms that lock briefly, in several files
    #[arg(long)]
    online: bool,
}

/// What came of a domain.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) domain: &'static str,
    pub(super) in_sync: bool,
    pub(super) files: Vec<String>,
    hazards: Vec<Hazard>,
    /// What is to be done before the file can be committed.
    pub(super) findings: Vec<Finding>,
}

impl Diff {
    /// Writes the files of each domain that differs.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(async {
            let root = root()?;
            let running = servers(out).await?;
            let options =
                Options { renames: self.rename, allow_drop: self.allow_drop, online: self.online };
            let mut rows = Vec::new();
            let exit = each(&self.domains.list(), out, async |domain| {
                let checkout = Checkout::read(&root, &running, domain)?;
                let row = diff(&root, &checkout, &self.name, &options, out).await?;
                let exit = if row.findings.is_empty() { Exit::Ok } else { Exit::Drift };
                rows.push(row);
                Ok(exit)
            })
            .await;
            if !rows.is_empty() {
                let text = rows.iter().map(text).collect::<String>();
                out.data(&Domainwise { domains: rows }, text)?;
            }
            exit
        })
        .await
    }
}

/// Plans, proves and writes; nothing is written that does not make the schema.
///
/// # Errors
/// When it cannot be decided, proven or written.
pub(super) async fn diff(
    root: &Path,
    checkout: &Checkout<'_>,
    name: &str,
    options: &Options,
    out: &Output,
) -> Result<Row, Failure> {
    let domain = checkout.domain;
    let mut progress = |step: &str| out.step(format_args!("{}: {step}", domain.name()));
    // A rename names a table of one domain; the others do not have it.
    let drafted = proof::draft(&checkout.subject(), name, options, &mut progress).await;
    let draft = match drafted.map_err(|error| checkout.failure(error))? {
        Drafted::InSync => {
            let (files, hazards, findings) = (Vec::new(), Vec::new(), Vec::new());
            return Ok(Row { domain: domain.name(), in_sync: true, files, hazards, findings });
        }
        Drafted::Undecided(undecided) => return Err(decide(&undecided, domain.name(), name)),
        Drafted::Draft(draft) => draft,
    };
    verify::need_dump(&draft.proof, domain, out)?;
    if draft.proof.findings.iter().any(Finding::is_about_state) {
        out.raw_error(sql(&draft));
        return Err(Failure::new(
            Exit::Failure,
            format_args!("{}: the plan does not make the schema", domain.name()),
        )
        .why(verify::findings(&draft.proof).trim())
        .next("nothing was written; report this with the SQL above and the edit of the schema"));
    }
    if draft.proof.findings.iter().any(|finding| matches!(finding, Finding::Lost { .. })) {
        out.raw_error(sql(&draft));
        return Err(Failure::new(Exit::Drift, format_args!("{}: this loses data", domain.name()))
            .why(verify::findings(&draft.proof).trim())
            .next("nothing was written; if it may go, the same command with --allow-drop"));
    }
    let folder = folder(root, domain);
    let written =
        migrate::add(&folder, &draft.files).map_err(|error| failure(&error, domain, root))?;
    Ok(Row {
        domain: domain.name(),
        in_sync: false,
        files: written.iter().map(|path| shown(path, root)).collect(),
        hazards: draft.hazards,
        findings: draft.proof.findings,
    })
}

/// What only a person can decide.
fn decide(undecided: &Undecided, domain: &str, name: &str) -> Failure {
    let command = format!("cargo aruuri migrate diff {name} --domain {domain}");
    match undecided {
        Undecided::Renames { candidates } => {
            let flags: Vec<String> = candidates.iter().map(|candidate| candidate.flag()).collect();
            Failure::new(
                Exit::Drift,
                format_args!("{domain}: renamed, or dropped and another one added?"),
            )
            .why(undecided)
            .next(format_args!("{command} {}, or {command} --allow-drop", flags.join(" ")))
        }
        Undecided::UnknownRename { .. } => {
            Failure::new(Exit::Usage, format_args!("{domain}: {undecided}"))
                .next("cargo aruuri migrate diff --help")
        }
        _ => Failure::new(Exit::Failure, format_args!("{domain}: {undecided}")),
    }
}

fn sql(draft: &Draft) -> String {
    draft.files.iter().map(|(name, text)| format!("-- {name}\n{text}\n")).collect()
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn text(row: &Row) -> String {
    let Row { domain, in_sync, files, hazards, findings } = row;
    if *in_sync {
        return format!("{domain}: the migrations make what the schema says\n");
    }
    let mut text = String::new();
    for file in files {
        text.push_str(&format!("{} {file}\n", Paint::good("written")));
    }
    for hazard in hazards {
        text.push_str(&format!("  {} {}\n", Paint::warn(hazard.code), hazard.sentence));
    }
    for finding in findings {
        let finding = finding.to_string().replace('\n', "\n    ");
        text.push_str(&format!("  {} {finding}\n", Paint::bad("to do:")));
    }
    if let (false, Some(file)) = (findings.is_empty(), files.first()) {
        text.push_str(&format!(
            "  next: edit {file}, then cargo aruuri migrate hash --domain {domain} && cargo aruuri migrate verify --domain {domain}\n"
        ));
    }
    text
}
