//! `schema export`: the wanted tables as documents and diagrams.
use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use db::Domain;
use migrate::{Schema as Files, dev, export, outline::Outline};
use serde::Serialize;
use stack::{Running, Stack};

use crate::{
    databases,
    failure::{Exit, Failure},
    functions,
    migrate::{Domains, dev_failure, interruptible},
    output::Output,
};

/// Where the written files are.
const FOLDER: &str = "docs/schema";

/// The first line of each written file; a comment of XML cannot hold the option's two dashes.
const WRITTEN: &str = "Written by `cargo aruuri schema` from schema/; do not edit.";

/// Show the tables that schema/ describes
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  cargo aruuri schema export --format mermaid --domain projects
  cargo aruuri schema export --write                            after an edit of schema/"
)]
pub(crate) struct Schema {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Export(Export),
}

/// Write tables, columns, keys and references in a form that others draw, or as pages of docs/schema/
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri schema export --format dot --domain finance | dot -Tpdf > finance.pdf
  cargo aruuri schema export --format dbml --domain content > content.dbml
  cargo aruuri schema export --write
  cargo aruuri schema export --check         exits 3 if docs/schema/ is not what it would write")]
struct Export {
    #[command(flatten)]
    domains: Domains,
    /// In which form
    #[arg(long, value_enum, value_name = "FORMAT", required_unless_present_any = ["write", "check"])]
    format: Option<Form>,
    /// Write `docs/schema/<domain>.md` and `.svg`
    #[arg(long, conflicts_with_all = ["format", "check"])]
    write: bool,
    /// Compare them instead
    #[arg(long, conflicts_with = "format")]
    check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For Markdown: erDiagram
    Mermaid,
    /// For Graphviz
    Dot,
    /// For dbdiagram.io
    Dbml,
    /// For programs
    Json,
}

#[derive(Serialize)]
struct Exported {
    domains: BTreeMap<&'static str, Outline>,
}

#[derive(Serialize)]
struct Changed {
    up_to_date: bool,
    differing: Vec<PathBuf>,
}

impl Schema {
    /// Writes to stdout, or to docs/schema/.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let What::Export(export) = self.what;
        functions::runtime()?.block_on(interruptible(export.run(out)))
    }
}

impl Export {
    async fn run(self, out: &Output) -> Result<Exit, Failure> {
        let stack = Stack::find()?;
        let running = databases::up(&stack, out).await?;
        let mut domains = BTreeMap::new();
        for domain in self.domains.list() {
            domains.insert(domain.name(), outline(&running, domain, stack.root()).await?);
        }
        let Some(form) = self.format else {
            let files = files(&domains);
            let differing = differing(stack.root(), &files)?;
            if self.write {
                for path in &differing {
                    put(&stack.root().join(path), &files[path])?;
                }
            }
            let text: String =
                differing.iter().map(|path| format!("{}\n", path.display())).collect();
            let exit = match self.check && !differing.is_empty() {
                true => Exit::Drift,
                false => Exit::Ok,
            };
            let hint = match exit {
                Exit::Drift => {
                    format!("{FOLDER} differs; run cargo aruuri schema export --write\n")
                }
                _ => String::new(),
            };
            out.data(&Changed { up_to_date: differing.is_empty(), differing }, text + &hint)?;
            return Ok(exit);
        };
        let of = |outline: &Outline| match form {
            Form::Mermaid => export::mermaid(outline),
            Form::Dot => export::dot(outline),
            Form::Dbml => export::dbml(outline),
            Form::Json => String::new(),
        };
        let text: String = domains.values().map(of).collect();
        let exported = Exported { domains };
        match form {
            Form::Json => {
                let json = serde_json::to_string_pretty(&exported).map_err(|error| {
                    Failure::new(Exit::Failure, "cannot write the tables as JSON").because(&error)
                })?;
                out.data(&exported, json)?;
            }
            _ => out.data(&exported, text)?,
        }
        Ok(Exit::Ok)
    }
}

/// The tables that the files of a domain describe.
///
/// # Errors
/// When the files do not load.
pub(crate) async fn outline(
    running: &Running,
    domain: Domain,
    root: &std::path::Path,
) -> Result<Outline, Failure> {
    let read = async {
        let files = Files::read(root.join("schema").join(domain.name()))?;
        let owner = dev::wanted(running, domain, &files).await?.owner().await?;
        Ok(Outline::read(&owner).await?)
    };
    read.await.map_err(|error: dev::Error| dev_failure(error, domain, root))
}

/// Every written file with its text.
pub(crate) fn files(domains: &BTreeMap<&'static str, Outline>) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    for (name, outline) in domains {
        let comment = format!("<!-- {WRITTEN} -->\n");
        let path = |extension: &str| PathBuf::from(format!("{FOLDER}/{name}.{extension}"));
        files.insert(path("md"), format!("{comment}{}", export::markdown(outline, name)));
        files.insert(path("svg"), format!("{comment}{}", export::svg(outline, name)));
    }
    files
}

/// Those that are not as they would be written.
///
/// # Errors
/// When one cannot be read.
pub(crate) fn differing(
    root: &std::path::Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut differing = Vec::new();
    for (path, text) in files {
        match std::fs::read(root.join(path)) {
            Ok(found) if found == text.as_bytes() => {}
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unwritable(path, &error));
            }
            _ => differing.push(path.clone()),
        }
    }
    Ok(differing)
}

fn put(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failure, "a written file cannot be read or changed")
        .place(path.display())
        .because(error)
        .next("check who owns it, then run the command again")
}
