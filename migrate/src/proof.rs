//! Proof that migrations make the wanted schema and keep what is in the tables.
//!
//! Both are made in databases of their own and compared by their facts, by a second plan that must be empty, and by
//! `pg_dump`, which knows kinds of objects that facts may not. The newest files are applied once more to a copy with rows
//! in every table: every row and value must survive, unless the file says why not:
//!
//! ```sql
//! -- aruuri:allow-loss giving.contributors.note moved to giving.notes two releases ago
//! ```
//!
//! What the proof cannot show: failures that depend on production's rows, how long locks are held, old code on the new
//! schema, a database changed by hand.

mod draft;
mod dump;
mod keep;
mod pattern;
mod values;
mod witness;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use db::Domain;
use serde::Serialize;
use stack::{Running, Template};

pub use self::draft::{Draft, Drafted, draft};
pub use self::keep::Lost;
pub use self::witness::Witnesses;
use crate::apply::apply;
use crate::dev::{Error, facts, prefix, replayed, wanted};
use crate::directory::{Directory, File};
use crate::facts::{Change, Difference, Facts};
use crate::load::Schema;
use crate::plan::{self, plan};
use keep::Kept;

/// The files of one domain, and where to try them.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The local servers.
    pub running: &'a Running,
    /// Whose files.
    pub domain: Domain,
    /// The migrations.
    pub directory: &'a Directory,
    /// The wanted schema.
    pub schema: &'a Schema,
    /// Demo data, for tables that take no made-up rows.
    pub seeds: Option<&'a Path>,
}

/// What was proven, and what was not.
#[derive(Debug, Default, Serialize)]
pub struct Proof {
    /// What is wrong; the proof holds if nothing is.
    pub findings: Vec<Finding>,
    /// The files that were applied to witness rows.
    pub witnessed: Vec<Witnessed>,
    /// Whether `pg_dump` was asked too.
    pub dumped: bool,
}

/// A file that was applied to witness rows.
#[derive(Debug, Serialize)]
pub struct Witnessed {
    /// Its name.
    pub file: String,
    /// The rows before it.
    pub witnesses: Witnesses,
}

/// Why there is no proof.
#[derive(Debug, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// An object of a kind that nobody here understands.
    Unmodelled {
        /// Where: `schema` or `migrations`.
        side: &'static str,
        /// What it is.
        object: String,
    },
    /// The migrations make something else than the schema says.
    Differs {
        /// In which object.
        #[serde(flatten)]
        difference: Difference,
        /// Whether it shows only where there are rows.
        with_rows: bool,
    },
    /// Both are the same, and yet a plan from one to the other does something.
    Again {
        /// What it does.
        sql: String,
    },
    /// `pg_dump` tells the two apart.
    Dump {
        /// The statement that only one has: `-` the migrations, `+` the schema.
        statement: String,
    },
    /// A file cannot be applied where there are rows.
    Refused {
        /// Its name.
        file: String,
        /// Why.
        error: String,
    },
    /// A file does not keep what there is.
    Lost {
        /// Its name.
        file: String,
        /// What it loses.
        #[serde(flatten)]
        lost: Lost,
    },
}

impl Finding {
    /// Whether the migrations and the schema are not the same: no edit of a file for the sake of rows mends that.
    pub fn is_about_state(&self) -> bool {
        !matches!(
            self,
            Finding::Refused { .. }
                | Finding::Lost { .. }
                | Finding::Differs { with_rows: true, .. }
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Unmodelled { side, object } => {
                write!(f, "{object} (in the {side}) is of a kind that is not supported")
            }
            Finding::Differs { difference, with_rows } => {
                let Difference { id, change, before, after } = difference;
                match change {
                    Change::Added => write!(f, "{id} is in the schema, but no migration makes it")?,
                    Change::Missing => {
                        write!(f, "{id} is made by the migrations, but not in the schema")?;
                    }
                    Change::Changed => {
                        let (before, after) = (before.as_deref(), after.as_deref());
                        let (before, after) = (before.unwrap_or("?"), after.unwrap_or("?"));
                        write!(
                            f,
                            "{id} differs: the migrations make {before}, the schema says {after}"
                        )?;
                    }
                }
                f.write_str(if *with_rows { " (where there are rows)" } else { "" })
            }
            Finding::Again { sql } => {
                write!(f, "the same by all facts, and yet planned (report this): {sql}")
            }
            Finding::Dump { statement } => {
                let (side, text) = statement.split_at(1);
                let side = if side == "-" { "migrations" } else { "schema" };
                write!(f, "pg_dump shows only of the {side}:{text}")
            }
            Finding::Refused { file, error } => {
                write!(f, "{file} cannot be applied where tables have rows: {error}")
            }
            Finding::Lost { file, lost: Lost { name, what } } => {
                write!(f, "{file} loses {name}: {what}")
            }
        }
    }
}

/// Proves a directory; the files from `first` on (counted from 0) are applied to witness rows.
///
/// # Errors
/// When the schema does not load, the migrations cannot be applied to an empty database, or the servers refuse.
pub async fn verify(
    subject: &Subject<'_>,
    first: usize,
    progress: &mut dyn FnMut(&str),
) -> Result<Proof, Error> {
    let Subject { running, domain, directory, schema, .. } = subject;
    progress("loading the schema and replaying the migrations");
    let (wanted, replayed) =
        tokio::try_join!(wanted(running, *domain, schema), replayed(running, *domain, directory))?;
    let mut proof = Proof::default();
    progress("comparing them");
    let have = compare(&wanted, &replayed, &mut proof).await?;
    witness(subject, first, &have, &mut proof, progress).await?;
    Ok(proof)
}

/// The files on which rows are tried when nothing else is said: the last one.
pub fn newest(directory: &Directory) -> usize {
    directory.files().len().saturating_sub(1)
}

/// Facts, a second plan and `pg_dump`; gives the facts that the migrations make.
async fn compare(
    wanted: &Template,
    replayed: &Template,
    proof: &mut Proof,
) -> Result<Facts, Error> {
    let dumps = async {
        let dumps = tokio::join!(dump::statements(replayed), dump::statements(wanted));
        Ok::<_, Error>(dumps)
    };
    let (have, want, dumps) = tokio::try_join!(look(replayed), look(wanted), dumps)?;
    for (side, facts) in [("migrations", &have), ("schema", &want)] {
        let objects = facts.unmodelled().iter().map(ToString::to_string);
        proof.findings.extend(objects.map(|object| Finding::Unmodelled { side, object }));
    }
    let differences = have.differences(&want);
    if differences.is_empty() && proof.findings.is_empty() {
        match plan(&have, &want, &plan::Options::default()) {
            Ok(plan) if plan.is_empty() => {}
            Ok(plan) => {
                let sql = plan.changes().map(|change| change.sql.clone()).collect::<Vec<_>>();
                proof.findings.push(Finding::Again { sql: sql.join("\n") });
            }
            Err(undecided) => proof.findings.push(Finding::Again { sql: undecided.to_string() }),
        }
    }
    let same = differences.is_empty();
    let differs = |difference| Finding::Differs { difference, with_rows: false };
    proof.findings.extend(outermost(differences).into_iter().map(differs));
    match dumps {
        (Ok(have), Ok(want)) => {
            proof.dumped = true;
            // What facts have found already needs no second witness.
            if same {
                let statements = dump::differences(&have, &want);
                proof
                    .findings
                    .extend(statements.into_iter().map(|statement| Finding::Dump { statement }));
            }
        }
        (Err(dump::Missing::Failed(said)), _) | (_, Err(dump::Missing::Failed(said))) => {
            return Err(Error::Dump(said));
        }
        (Err(dump::Missing::Program), _) | (_, Err(dump::Missing::Program)) => {}
    }
    Ok(have)
}

/// The differences without those inside something that only one side has: its columns, comments, privileges.
#[must_use]
pub fn outermost(mut differences: Vec<Difference>) -> Vec<Difference> {
    let whole: BTreeSet<_> = differences
        .iter()
        .filter(|difference| difference.change != Change::Changed)
        .map(|difference| difference.id.clone())
        .collect();
    differences.retain(|difference| {
        let mut outer = std::iter::successors(difference.id.owner(), |id| id.owner());
        !outer.any(|id| whole.contains(id))
    });
    differences
}

/// What a template holds.
async fn look(template: &Template) -> Result<Facts, Error> {
    facts(template.owner().await?).await
}

/// Applies the files from `first` on to a database with rows, as the runner would.
async fn witness(
    subject: &Subject<'_>,
    first: usize,
    have: &Facts,
    proof: &mut Proof,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let Subject { running, domain, directory, seeds, .. } = subject;
    // Before the first file there is no table that could have a row.
    let first = first.max(1);
    if first >= directory.files().len() {
        return Ok(());
    }
    let before = replayed(running, *domain, &prefix(directory, first)).await?;
    let database = before.copy("witness").await?;
    for (at, file) in directory.files().iter().enumerate().skip(first) {
        progress(&format!("applying {} where tables have rows", file.name()));
        let witnesses = witness::fill(&database, *seeds).await?;
        proof.witnessed.push(Witnessed { file: file.name().to_owned(), witnesses });
        let mut owner = database.owner().await?;
        let before = Kept::read(&owner).await?;
        if let Err(error) = apply(&mut owner, &prefix(directory, at + 1)).await {
            let crate::Error::Statement { .. } = &error else { return Err(error.into()) };
            let error = crate::load::with_sentence(&error);
            proof.findings.push(Finding::Refused { file: file.name().to_owned(), error });
            database.close().await;
            return Ok(());
        }
        let after = Kept::read(&owner).await?;
        let allowed = allowances(file);
        let lost = before.lost(&after).into_iter().filter(|lost| !is_allowed(&allowed, &lost.name));
        let finding = |lost| Finding::Lost { file: file.name().to_owned(), lost };
        proof.findings.extend(lost.map(finding));
    }
    let differences = have.differences(&facts(database.owner().await?).await?);
    database.close().await;
    let differs = |difference| Finding::Differs { difference, with_rows: true };
    proof.findings.extend(differences.into_iter().map(differs));
    Ok(())
}

/// What a file may lose: `-- aruuri:allow-loss name reason`; without a reason it counts for nothing.
fn allowances(file: &File) -> Vec<&str> {
    let lines = file.text().unwrap_or_default().lines();
    lines
        .filter_map(|line| line.strip_prefix("-- aruuri:allow-loss "))
        .filter_map(|rest| rest.trim().split_once(' '))
        .filter(|(_, reason)| !reason.trim().is_empty())
        .map(|(name, _)| name)
        .collect()
}

/// A table's name allows for its columns too.
fn is_allowed(allowed: &[&str], name: &str) -> bool {
    let covers = |known: &str| {
        name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    allowed.iter().any(|known| covers(known))
}
