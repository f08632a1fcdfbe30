//! The way from one state of a database to another, as SQL in the right order, with what is dangerous about it.
//!
//! Equal facts are left alone, others altered in place or replaced; what hangs on something replaced is taken down
//! first and built again after, with its comments and privileges. Nothing is guessed: a column or table that may have
//! been renamed is asked for.
//!
//! What this module does not do: run anything or look at rows. A plan is proven by running it on a copy.

mod absorb;
mod acl;
mod alter;
mod column;
mod create;
mod dangers;
mod drop;
mod files;
mod graph;
mod hazard;
mod kept;
mod mentions;
mod online;
mod order;
mod planner;
mod rename;
mod rewrite;
mod sql;
mod steps;
mod table;
mod types;

use std::fmt;

use serde::Serialize;

pub use hazard::{Code, Hazard, Severity};

use crate::directory::TxMode;
use crate::facts::{Facts, Kind};

/// Something that has another name in the new state, given by whoever knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rename {
    /// What is renamed.
    pub kind: Kind,
    /// Old name: `app.users.nickname`, `app.users`.
    pub from: String,
    /// New name in full: `app.users.handle`, `app.people`.
    pub to: String,
}

/// What a plan may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What has another name, so that its rows and privileges are kept.
    pub renames: Vec<RenameHint>,
    /// Whether to drop and add where a rename is likely.
    pub allow_drop: bool,
    /// Whether to prefer forms that lock briefly, in several files.
    pub online: bool,
}

/// A rename as written on a command line: `app.users.nickname=handle`; its kind is found in the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameHint {
    /// Old name in full.
    pub from: String,
    /// New name, in full or only its last part.
    pub to: String,
}

/// Files to write, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The files; none if nothing is to be done.
    pub files: Vec<PlannedFile>,
}

/// One file of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedFile {
    /// What follows the name given by the user; empty for the main file.
    pub suffix: &'static str,
    /// Whether it runs in a transaction.
    #[serde(serialize_with = "tx_mode")]
    pub tx_mode: TxMode,
    /// What it does, in order.
    pub changes: Vec<Change>,
}

/// One change: a comment line, its statements, its dangers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Sentence for people, without `-- `.
    pub comment: String,
    /// One or more statements, each with its semicolon.
    pub sql: String,
    /// What may go wrong or be lost.
    pub hazards: Vec<Hazard>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undecided {
    /// Something may have been renamed, or dropped and another thing added.
    Renames {
        /// What the renames would be.
        candidates: Vec<Rename>,
    },
    /// A rename names nothing that is there.
    UnknownRename {
        /// The rename as given.
        rename: RenameHint,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Objects that nobody here understands.
    Unmodelled {
        /// Which.
        objects: Vec<crate::facts::Unmodelled>,
    },
    /// The order of statements is a circle: a fault of this program.
    Cycle {
        /// Objects of the circle.
        objects: Vec<String>,
    },
}

/// Plans the way from one state to another.
///
/// # Errors
/// When something may have been renamed, or the facts hold what cannot be planned.
pub fn plan(from: &Facts, to: &Facts, options: &Options) -> Result<Plan, Undecided> {
    let unmodelled: Vec<_> = from.unmodelled().iter().chain(to.unmodelled()).cloned().collect();
    if !unmodelled.is_empty() {
        return Err(Undecided::Unmodelled { objects: unmodelled });
    }
    let renamed = rename::rename(from, to, options)?;
    if !options.allow_drop {
        let candidates = rename::candidates(&renamed.facts, to);
        if !candidates.is_empty() {
            return Err(Undecided::Renames { candidates });
        }
    }
    let mut planner = planner::Planner::new(&renamed.facts, to, options.online);
    planner.complete();
    let steps = planner
        .graph()
        .order(&renamed.facts, to)
        .map_err(|objects| Undecided::Cycle { objects })?;
    let mut files = files::files(&planner, steps);
    if !renamed.changes.is_empty() {
        match files.first_mut() {
            Some(first) if first.tx_mode == TxMode::File => {
                first.changes.splice(0..0, renamed.changes);
            }
            _ => {
                let file =
                    PlannedFile { suffix: "", tx_mode: TxMode::File, changes: renamed.changes };
                files.insert(0, file);
            }
        }
    }
    Ok(Plan { files })
}

impl Plan {
    /// Whether both states are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Every change of every file.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.files.iter().flat_map(|file| &file.changes)
    }

    /// Every hazard of every change.
    pub fn hazards(&self) -> impl Iterator<Item = &Hazard> {
        self.changes().flat_map(|change| &change.hazards)
    }
}

impl PlannedFile {
    /// The text of the file, directives included.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.tx_mode == TxMode::None {
            text.push_str("-- atlas:txmode none\n\n");
        }
        for (at, change) in self.changes.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(&format!("-- {}\n{}\n", change.comment, change.sql));
        }
        text
    }
}

impl std::str::FromStr for RenameHint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<RenameHint, &'static str> {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                Ok(RenameHint { from: from.trim().to_owned(), to: to.trim().to_owned() })
            }
            _ => Err("expected OLD=NEW, such as app.users.nickname=handle"),
        }
    }
}

impl Rename {
    /// What to give on the command line: `--rename app.users.nickname=handle`.
    #[must_use]
    pub fn flag(&self) -> String {
        let short = match (self.from.rsplit_once('.'), self.to.rsplit_once('.')) {
            (Some((of, _)), Some((same, name))) if of == same => name,
            _ => &self.to,
        };
        format!("--rename {}={short}", self.from)
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undecided::Renames { candidates } => {
                f.write_str("renamed, or dropped and added? If renamed, give ")?;
                for (at, candidate) in candidates.iter().enumerate() {
                    let between = if at == 0 { "" } else { " " };
                    write!(f, "{between}{}", candidate.flag())?;
                }
                f.write_str("; else --allow-drop")
            }
            Undecided::UnknownRename { rename, why } => {
                write!(f, "--rename {}={}: {why}", rename.from, rename.to)
            }
            Undecided::Unmodelled { objects } => {
                f.write_str("cannot plan with objects of kinds that are not supported: ")?;
                for (at, object) in objects.iter().enumerate() {
                    write!(f, "{}{object}", if at == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Undecided::Cycle { objects } => write!(
                f,
                "no order of statements was found; this is a fault of the planner, please report it with: {}",
                objects.join(", ")
            ),
        }
    }
}

impl std::error::Error for Undecided {}

fn tx_mode<S: serde::Serializer>(mode: &TxMode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match mode {
        TxMode::File => "file",
        TxMode::None => "none",
    })
}
