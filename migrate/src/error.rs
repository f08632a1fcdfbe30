//! Why migrations were not applied.

use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use crate::marker::Environment;

/// Why a directory was refused or a database was not changed; nothing of a failed transaction file stays behind.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be read.
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not be.
        source: io::Error,
    },
    /// A file could not be written.
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why it could not be.
        source: io::Error,
    },
    /// A file has the line ends of Windows, so that its bytes depend on where it was checked out.
    LineEnds {
        /// Name of the file.
        file: String,
        /// The first such line, from 1.
        line: usize,
    },
    /// No session.
    Connect {
        /// Why.
        source: db::Error,
    },
    /// The text of a file is not UTF-8.
    NotUtf8 {
        /// Name of the file.
        file: String,
    },
    /// There are migrations but no `atlas.sum`.
    SumMissing,
    /// `atlas.sum` is not of the form `h1:…`, or its lines do not add up to its first one.
    SumFormat {
        /// Line that cannot be right, from 1.
        line: usize,
    },
    /// The files are not those that `atlas.sum` was written for.
    SumMismatch {
        /// Line of `atlas.sum`, from 1.
        line: usize,
        /// Name of the file.
        file: String,
        /// What happened to it.
        change: Change,
    },
    /// A file has a directive of Atlas that this crate does not follow.
    Directive {
        /// Name of the file.
        file: String,
        /// The directive as written.
        directive: String,
    },
    /// A transaction file begins or ends a transaction itself.
    TransactionControl {
        /// Name of the file.
        file: String,
        /// Line of the statement, from 1.
        line: usize,
    },
    /// Two files have the same version.
    DuplicateVersion {
        /// The version.
        version: String,
    },
    /// Another session holds the lock.
    Locked {
        /// How long it was waited for.
        waited: Duration,
        /// Who holds it, as far as is known.
        holder: Option<String>,
    },
    /// The session may not act as the role that owns the schema.
    Role {
        /// That role.
        role: String,
        /// Who is logged in.
        login: String,
        /// Whether the role is there at all.
        exists: bool,
    },
    /// The database has tables that no revision tells of.
    NotEmpty {
        /// One of them.
        relation: String,
    },
    /// There is no file of that version.
    UnknownVersion {
        /// The version.
        version: String,
    },
    /// No file of that version is under way.
    NothingToResolve {
        /// The version.
        version: String,
    },
    /// A destructive command was not let through.
    Guarded {
        /// Name of the database.
        database: String,
        /// What it is marked as.
        environment: Option<Environment>,
        /// Whether no confirmation would do.
        never: bool,
    },
    /// All statements of a file succeeded, but not its commit: deferred constraints are checked there.
    Commit {
        /// Name of the file.
        file: String,
        /// Why.
        source: tokio_postgres::Error,
    },
    /// The URL leads to a pooler, whose sessions change between statements.
    Pooled,
    /// An applied file has changed since.
    HistoryChanged {
        /// Name of the file.
        file: String,
        /// Statement that differs, from 1, where a file was applied in part.
        statement: Option<usize>,
    },
    /// A file is older than what was applied last.
    OutOfOrder {
        /// Name of the file.
        file: String,
        /// Version that was applied last.
        last: String,
    },
    /// An applied revision has no file.
    FileMissing {
        /// Version of the revision.
        version: String,
    },
    /// A previous run stopped inside a file without transaction, after which nobody knows what took effect.
    Dirty {
        /// Name of the file.
        file: String,
        /// Its version.
        version: String,
        /// Statement that was under way, from 1.
        statement: usize,
    },
    /// A statement failed.
    Statement {
        /// Name of the file.
        file: String,
        /// Which statement, from 1.
        statement: usize,
        /// Line where the fault is, from 1; the statement's first line where the server names none.
        line: usize,
        /// Column of the fault in characters, from 1.
        column: usize,
        /// Beginning of the statement.
        sql: String,
        /// Why.
        source: tokio_postgres::Error,
    },
    /// The database failed outside the files.
    Database {
        /// What was to be done.
        doing: &'static str,
        /// Why it was not.
        source: tokio_postgres::Error,
    },
}

/// What happened to a file since `atlas.sum` was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// Its bytes differ.
    Edited,
    /// It is gone.
    Removed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Added => "added",
            Change::Edited => "edited",
            Change::Removed => "removed",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Read { path, .. } => write!(f, "cannot read {}", path.display()),
            Error::Write { path, .. } => write!(f, "cannot write {}", path.display()),
            Error::LineEnds { file, line } => write!(
                f,
                "{file}:{line} ends in CRLF, so its checksum depends on who checks it out: write `migrations/** -text` \
                 into .gitattributes and check the file out again"
            ),
            Error::Connect { .. } => f.write_str("cannot log in to the database"),
            Error::NotUtf8 { file } => write!(f, "{file} is not UTF-8: save it as UTF-8"),
            Error::SumMissing => {
                f.write_str("atlas.sum is missing beside the migrations: write it and commit it")
            }
            Error::SumFormat { line } => write!(
                f,
                "atlas.sum is damaged at line {line}: take the committed one, or write it again if you changed a migration on purpose"
            ),
            Error::SumMismatch { line, file, change } => write!(
                f,
                "atlas.sum line {line}: {file} was {change}: undo that, or write atlas.sum again if it was on purpose"
            ),
            Error::Directive { file, directive } => {
                write!(f, "{file}: directive `{directive}` is not supported here")
            }
            Error::TransactionControl { file, line } => write!(
                f,
                "{file}:{line} begins or ends a transaction: leave that out, each file is one already"
            ),
            Error::DuplicateVersion { version } => {
                write!(f, "two files have version {version}: give the newer one a later version")
            }
            Error::Locked { waited, holder } => write!(
                f,
                "another migration has held the lock for {} s{}: wait until it is done and try again",
                waited.as_secs(),
                holder.as_ref().map(|holder| format!(" ({holder})")).unwrap_or_default()
            ),
            Error::Role { role, login, exists: false } => write!(
                f,
                "there is no role {role} for {login} to act as: run schema/roles.sql for this domain first"
            ),
            Error::Role { role, login, .. } => {
                write!(f, "{login} may not act as {role}: use the URL of the migrator")
            }
            Error::NotEmpty { relation } => write!(
                f,
                "the database has tables ({relation}) but no revisions: is it the right one? `migrate baseline` takes it \
                 into care, --allow-dirty begins anyway"
            ),
            Error::UnknownVersion { version } => {
                write!(f, "no file has version {version}: `migrate status -v` lists them")
            }
            Error::NothingToResolve { version } => {
                write!(f, "version {version} was neither interrupted nor did it fail: there is nothing to resolve")
            }
            Error::Guarded { database, environment, never: true } => write!(
                f,
                "database {database} is marked {}, where this is never done",
                environment.map_or("production", Environment::name)
            ),
            Error::Guarded { database, environment, .. } => write!(
                f,
                "database {database} is {}: type its name to go on, --confirm {database}",
                match environment {
                    Some(environment) => format!("marked {environment}"),
                    None => "not on this machine, or another one than you named".to_owned(),
                }
            ),
            Error::Commit { file, .. } => write!(f, "{file}: the statements succeeded, but not the commit"),
            Error::Pooled => f.write_str(
                "this URL leads to a pooler, which gives each statement another session: use the direct URL",
            ),
            Error::HistoryChanged { file, statement: None } => write!(
                f,
                "{file} was changed after it was applied: restore it and add a new migration"
            ),
            Error::HistoryChanged { file, statement: Some(statement) } => write!(
                f,
                "statement {statement} of {file} was changed after it was applied: restore it"
            ),
            Error::OutOfOrder { file, last } => write!(
                f,
                "{file} is older than {last}, which is applied: give it a later version and write atlas.sum again"
            ),
            Error::FileMissing { version } => write!(
                f,
                "revision {version} is applied, but its file is missing: restore it from version control"
            ),
            Error::Dirty { file, version, statement } => write!(
                f,
                "a run stopped during statement {statement} of {file}, which has no transaction: look whether it took \
                 effect, then `migrate resolve {version} --applied` or `--retry`"
            ),
            Error::Statement { file, statement, line, column, sql, .. } => {
                write!(f, "{file}:{line}:{column}: statement {statement} failed: {sql}")
            }
            Error::Database { doing, .. } => write!(f, "cannot {doing}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Read { source, .. } | Error::Write { source, .. } => Some(source),
            Error::Connect { source } => Some(source),
            Error::Statement { source, .. }
            | Error::Commit { source, .. }
            | Error::Database { source, .. } => Some(source),
            _ => None,
        }
    }
}
