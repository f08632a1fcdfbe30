//! Does the release before this one still work on the new schema? Its statements, as it recorded them, are replayed.
//!
//! A statement that a role could run on the schema of its own release must be one that the same role can run on the new
//! schema, with the same types. What this module does not do: run statements on rows; a changed check or trigger that
//! refuses what the old release writes is not seen here.

mod replay;

use db::Domain;
use serde::{Deserialize, Serialize};
use stack::Running;

use crate::dev;
use crate::directory::Directory;

/// A statement of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Module and constant: `contributions::FIND`.
    pub name: String,
    /// Its text.
    pub sql: String,
    /// Types of its parameters, as the server names them: `int8`, `_text`.
    pub parameters: Vec<String>,
    /// The columns that the code reads.
    pub columns: Vec<Column>,
}

/// A column that a release reads; recorded in one line: `note text null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Column {
    /// As in the result.
    pub name: String,
    /// Its type, as the server names it.
    pub ty: String,
    /// Whether the code can read null.
    pub nullable: bool,
}

impl From<Column> for String {
    fn from(column: Column) -> String {
        let Column { name, ty, nullable } = column;
        format!("{name} {ty}{}", if nullable { " null" } else { "" })
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(text: String) -> Result<Column, String> {
        match text.split(' ').collect::<Vec<_>>()[..] {
            [name, ty] => Ok(Column { name: name.to_owned(), ty: ty.to_owned(), nullable: false }),
            [name, ty, "null"] => {
                Ok(Column { name: name.to_owned(), ty: ty.to_owned(), nullable: true })
            }
            _ => Err(format!("a column is `name type` or `name type null`, not `{text}`")),
        }
    }
}

/// The file in which a release records the statements of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Every statement, by name.
    pub statements: Vec<Recorded>,
}

/// What is compared.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The local servers.
    pub running: &'a Running,
    /// Whose statements.
    pub domain: Domain,
    /// Migrations of the release before.
    pub base: &'a Directory,
    /// Migrations of this one.
    pub directory: &'a Directory,
    /// What the release before sends.
    pub statements: &'a [Recorded],
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many statements were replayed.
    pub checked: usize,
    /// Which of them do not work any more.
    pub broken: Vec<Broken>,
    /// Those that no role could run on the schema of their own release, and so tell nothing.
    pub unknown: Vec<String>,
}

/// A statement of the release before that does not work any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Module and constant.
    pub statement: String,
    /// Who sends it: `finance_app` writes, `finance_read` reads.
    pub roles: Vec<String>,
    /// The server's code, if it refuses the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub next: String,
}

/// Replays the statements of the release before.
///
/// # Errors
/// When migrations of either release cannot be applied, or the servers refuse.
pub async fn n1(
    subject: &Subject<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, dev::Error> {
    let Subject { running, domain, base, directory, statements } = subject;
    progress("replaying the migrations of both releases");
    let then = dev::replayed(running, *domain, &sealed(base)).await?.copy("then").await?;
    let now = dev::replayed(running, *domain, &sealed(directory)).await?.copy("now").await?;
    progress("sending the statements of the release before");
    let mut report = Report { checked: statements.len(), ..Report::default() };
    let mut found: Vec<Vec<(String, replay::Fault)>> = vec![Vec::new(); statements.len()];
    let mut able = vec![false; statements.len()];
    for role in ["app", "read"] {
        let role = format!("{}_{role}", domain.name());
        let sessions =
            (replay::Session::of(&then, &role).await?, replay::Session::of(&now, &role).await?);
        for (at, statement) in statements.iter().enumerate() {
            let Ok(shape) = sessions.0.send(statement).await? else { continue };
            able[at] = true;
            if let Err(fault) = sessions.1.compare(statement, &shape).await? {
                found[at].push((role.clone(), fault));
            }
        }
    }
    for ((statement, faults), able) in statements.iter().zip(found).zip(able) {
        if !able {
            report.unknown.push(statement.name.clone());
        }
        let roles: Vec<String> = faults.iter().map(|(role, _)| role.clone()).collect();
        // Both roles are nearly always told the same.
        if let Some((_, fault)) = faults.into_iter().next() {
            report.broken.push(fault.broken(statement, roles));
        }
    }
    Ok(report)
}

/// With a right sum: what git has of another release comes without.
fn sealed(directory: &Directory) -> Directory {
    dev::prefix(directory, directory.files().len())
}
