//! Edits of a small schema, each with what the plan must be, on an empty and on a filled copy.
//!
//! An edit is a change of the text of the schema, as its author would make it. It is planned from the base to the edited
//! state; the plan is run in a transaction that is rolled back, so that one database serves many edits.

mod cases;
mod columns;
mod committed;
mod objects;
mod pairs;
mod relations;
mod renames;

use std::fmt::Write as _;

use tokio_postgres::{Client, Transaction};

use super::plan::texts;
use super::support::Database;
use crate::TxMode;
use crate::facts::{Facts, read_in};
use crate::plan::{Options, Plan, Undecided, plan};

const BASE: &str = include_str!("edits/base.sql");
const ROWS: &str = include_str!("edits/rows.sql");

/// What becomes of a filled database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rows {
    /// The plan runs.
    #[default]
    Kept,
    /// The plan fails with this SQLSTATE, and changes nothing.
    Refuse(&'static str),
}

/// An edit and what its plan must be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) name: &'static str,
    /// Passages of the base and what stands there instead.
    pub(crate) changes: &'static [(&'static str, &'static str)],
    /// What is written after the base.
    pub(crate) adds: &'static str,
    pub(crate) renames: &'static [&'static str],
    pub(crate) allow_drop: bool,
    /// Flags that the plan must ask for when none is given.
    pub(crate) asks: &'static [&'static str],
    /// How many statements the plan has, where that matters.
    pub(crate) statements: Option<usize>,
    /// How many files.
    pub(crate) files: usize,
    /// Codes that must be reported; none other, apart from AR108.
    pub(crate) hazards: &'static [&'static str],
    /// Passages of the plan.
    pub(crate) has: &'static [&'static str],
    /// What the plan must not contain.
    pub(crate) has_not: &'static [&'static str],
    pub(crate) rows: Rows,
    /// Questions to the filled database afterwards, and their answers.
    pub(crate) keeps: &'static [(&'static str, &'static str)],
}

impl Edit {
    pub(crate) const NEW: Edit = Edit {
        name: "",
        changes: &[],
        adds: "",
        renames: &[],
        allow_drop: false,
        asks: &[],
        statements: None,
        files: 1,
        hazards: &[],
        has: &[],
        has_not: &[],
        rows: Rows::Kept,
        keeps: &[],
    };

    /// The text of the edited schema.
    fn schema(&self) -> String {
        let mut text = BASE.to_owned();
        for (old, new) in self.changes {
            assert_eq!(text.matches(old).count(), 1, "{}: `{old}` is not there once", self.name);
            text = text.replace(old, new);
        }
        text.push_str(self.adds);
        text
    }

    fn options(&self) -> Options {
        Options {
            renames: self.renames.iter().map(|hint| hint.parse().unwrap()).collect(),
            allow_drop: self.allow_drop,
            online: false,
        }
    }
}

/// Sessions on three databases: nothing, the base, and the base with rows.
pub(crate) struct Bench {
    nothing: Client,
    base: Client,
    rows: Client,
    from: Facts,
    _databases: [Database; 3],
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        let databases = [
            Database::empty("finance").await,
            Database::empty("finance").await,
            Database::empty("finance").await,
        ];
        let nothing = databases[0].owner().await;
        let mut base = databases[1].owner().await;
        let rows = databases[2].owner().await;
        base.batch_execute(BASE).await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        rows.batch_execute(BASE).await.unwrap();
        rows.batch_execute(ROWS).await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        let from = crate::facts::inspect(&mut base).await.unwrap();
        assert_eq!(from.unmodelled(), []);
        Bench { nothing, base, rows, from, _databases: databases }
    }

    /// What is wrong with the plan for an edit; empty if nothing is.
    pub(crate) async fn faults(&mut self, edit: &Edit) -> String {
        let mut faults = String::new();
        let transaction = self.nothing.transaction().await.unwrap();
        if let Err(error) = transaction.batch_execute(&edit.schema()).await {
            return format!(
                "{}: the edited schema does not load: {}\n",
                edit.name,
                db::Chain(&error)
            );
        }
        let to = read_in(&transaction).await.unwrap();
        // The way back is an edit as well. New values of an enum would have to be committed between.
        let options = Options { allow_drop: true, ..Options::default() };
        let back = plan(&to, &self.from, &options).unwrap_or_else(|e| panic!("{}: {e}", edit.name));
        if back.files.len() == 1
            && let Err(fault) = run(&transaction, &back, &self.from, &[]).await
        {
            let _ = writeln!(faults, "back: {fault}\n{}", texts(&back));
        }
        transaction.rollback().await.unwrap();

        if !edit.asks.is_empty() {
            match plan(&self.from, &to, &Options::default()) {
                Err(Undecided::Renames { candidates }) => {
                    let flags: Vec<_> = candidates.iter().map(|rename| rename.flag()).collect();
                    if flags != edit.asks {
                        let _ = writeln!(faults, "asks {flags:?}");
                    }
                }
                other => {
                    let _ = writeln!(faults, "does not ask: {other:?}");
                }
            }
        }
        let planned = match plan(&self.from, &to, &edit.options()) {
            Ok(planned) => planned,
            Err(undecided) => return format!("{}: {undecided}\n", edit.name),
        };
        let text = texts(&planned);
        wrong_shape(edit, &planned, &text, &mut faults);

        match tried(&mut self.base, &planned, &to, &[]).await {
            Ok(after) => {
                if plan(&after, &to, &Options::default()).is_ok_and(|second| !second.is_empty()) {
                    let _ = writeln!(faults, "the second plan is not empty");
                }
            }
            Err(fault) => {
                let _ = writeln!(faults, "on an empty copy: {fault}");
            }
        }
        match (edit.rows, tried(&mut self.rows, &planned, &to, edit.keeps).await) {
            (Rows::Kept, Ok(_)) => {}
            (Rows::Refuse(code), Err(fault)) if fault.contains(code) => {}
            (wanted, got) => {
                let _ = writeln!(faults, "on a filled copy: {wanted:?}, but {:?}", got.map(|_| ()));
            }
        }
        if faults.is_empty() { faults } else { format!("---- {}\n{faults}{text}\n", edit.name) }
    }
}

fn wrong_shape(edit: &Edit, planned: &Plan, text: &str, faults: &mut String) {
    if planned.files.len() != edit.files {
        let _ = writeln!(faults, "{} files, not {}", planned.files.len(), edit.files);
    }
    let count: usize = planned.changes().map(|change| crate::split(&change.sql).len()).sum();
    if edit.statements.is_some_and(|wanted| wanted != count) {
        let _ = writeln!(faults, "{count} statements");
    }
    let mut codes: Vec<_> =
        planned.hazards().map(|hazard| hazard.code.0).filter(|code| *code != "AR108").collect();
    codes.sort_unstable();
    codes.dedup();
    if codes != edit.hazards {
        let all: Vec<_> = planned.hazards().map(ToString::to_string).collect();
        let _ = writeln!(faults, "hazards {codes:?}, not {:?}: {all:#?}", edit.hazards);
    }
    for wanted in edit.has.iter().filter(|wanted| !text.contains(*wanted)) {
        let _ = writeln!(faults, "lacks `{wanted}`");
    }
    for unwanted in edit.has_not.iter().filter(|unwanted| text.contains(*unwanted)) {
        let _ = writeln!(faults, "has `{unwanted}`");
    }
}

/// Runs a plan, compares what came of it, asks, and takes everything back.
async fn tried(
    client: &mut Client,
    planned: &Plan,
    to: &Facts,
    questions: &[(&str, &str)],
) -> Result<Facts, String> {
    let transaction = client.transaction().await.unwrap();
    let result = run(&transaction, planned, to, questions).await;
    transaction.rollback().await.unwrap();
    result
}

async fn run(
    transaction: &Transaction<'_>,
    planned: &Plan,
    to: &Facts,
    questions: &[(&str, &str)],
) -> Result<Facts, String> {
    for file in &planned.files {
        assert_eq!(file.tx_mode, TxMode::File);
        if let Err(error) = transaction.batch_execute(&file.text()).await {
            return Err(db::Chain(&error).to_string() + &format!(" {:?}", error.code()));
        }
    }
    let checked = transaction.batch_execute("set constraints all immediate").await;
    checked.map_err(|error| format!("at commit: {error}"))?;
    let after = read_in(transaction).await.map_err(|error| db::Chain(&error).to_string())?;
    let differences = after.differences(to);
    if !differences.is_empty() {
        let lines: Vec<_> = differences.iter().map(ToString::to_string).collect();
        return Err(format!("differs:\n  {}", lines.join("\n  ")));
    }
    for (question, answer) in questions {
        let rows = transaction
            .query_typed(&format!("select ({question})::text"), &[])
            .await
            .map_err(|error| format!("{question}: {}", db::Chain(&error)))?;
        let found: Option<String> = rows[0].get(0);
        if found.as_deref() != Some(*answer) {
            return Err(format!("{question}: {found:?}, not {answer}"));
        }
    }
    Ok(after)
}
