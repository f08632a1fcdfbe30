//! Loads the wanted schema, as it is written in `schema/<domain>`, into an empty database.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::error::Error;
use crate::run::{run, run_one};
use crate::split::{Statement, split};

/// How often the statements that failed are tried again: each round needs one that a former round made possible.
const ROUNDS: usize = 20;

/// The files of a schema directory and of the directories below it, in path order.
#[derive(Debug, Clone)]
pub struct Schema {
    files: Vec<(String, String)>,
}

impl Schema {
    /// Reads every `*.sql` file at or below a path.
    ///
    /// # Errors
    /// When the directory or a file cannot be read, or there is none.
    pub fn read(path: impl AsRef<Path>) -> Result<Schema, Error> {
        let path = path.as_ref();
        let mut paths = Vec::new();
        collect(path, &mut paths)?;
        paths.sort();
        let files = paths.into_iter().map(|file| {
            let text = fs::read_to_string(&file)
                .map_err(|source| Error::Read { path: file.clone(), source })?;
            let name = file.strip_prefix(path).unwrap_or(&file).display().to_string();
            Ok((name, text))
        });
        Ok(Schema { files: files.collect::<Result<_, Error>>()? })
    }

    /// Takes paths and texts of files, in any order.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Schema {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        Schema { files }
    }

    /// Paths below the directory, and texts.
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// Differs as soon as a path or a byte differs.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in self.files.iter().flat_map(|(path, text)| [path, text]) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Runs all statements; one that fails is tried again after the others, because files need not be in the order of
    /// what depends on what.
    ///
    /// The session must be the migrator's, outside a transaction, in a database that may be thrown away.
    ///
    /// # Errors
    /// [`NotLoaded`] names every statement that could not be run.
    pub async fn load(&self, client: &Client) -> Result<(), NotLoaded> {
        let prepared = client.batch_execute("set search_path = ''").await;
        prepared.map_err(|source| NotLoaded {
            faults: vec![Error::Database { doing: "prepare the session", source }],
        })?;
        let mut waiting = Vec::new();
        for (file, text) in &self.files {
            // A file that is in order is one round trip; nothing of one that is not takes effect.
            if run(client, file, text).await.is_err() {
                waiting
                    .extend(split(text).into_iter().enumerate().map(|(at, s)| (file, text, at, s)));
            }
        }
        let mut faults = Vec::new();
        for _ in 0..ROUNDS {
            let before = waiting.len();
            (waiting, faults) = self::round(client, waiting).await;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(NotLoaded { faults }) }
    }
}

type Waiting<'a> = (&'a String, &'a String, usize, Statement<'a>);

/// Tries each statement once; those that failed, and why.
async fn round<'a>(client: &Client, waiting: Vec<Waiting<'a>>) -> (Vec<Waiting<'a>>, Vec<Error>) {
    let (mut left, mut faults) = (Vec::new(), Vec::new());
    for (file, text, number, statement) in waiting {
        if let Err(fault) = run_one(client, file, text, number, &statement).await {
            // A session that has ended runs nothing any more.
            let ended = client.is_closed();
            faults.push(fault);
            left.push((file, text, number, statement));
            if ended {
                break;
            }
        }
    }
    (left, faults)
}

/// The statements of a schema that could not be run.
#[derive(Debug)]
pub struct NotLoaded {
    /// Each with its file, line and column, in path order.
    pub faults: Vec<Error>,
}

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.faults.len() == 1 { "" } else { "s" };
        write!(f, "{} statement{s} of the schema cannot be loaded", self.faults.len())?;
        for fault in &self.faults {
            write!(f, "\n{}", with_sentence(fault))?;
        }
        Ok(())
    }
}

impl std::error::Error for NotLoaded {}

/// A failed statement with what the server said of it.
pub(crate) fn with_sentence(error: &Error) -> String {
    match error {
        Error::Statement { source, .. } => format!("{error}\n  {}", sentence(source)),
        other => other.to_string(),
    }
}

/// SQLSTATE and message, with the server's hint.
pub(crate) fn sentence(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => {
            let hint = db.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{} {}{hint}", db.code().code(), db.message())
        }
        None => error.to_string(),
    }
}

/// Makes the extensions that SQL asks for and that only a superuser may make: on a managed server its owner does that
/// once, by hand. The statement itself should then say `if not exists`.
///
/// # Errors
/// When the server refuses.
pub async fn create_extensions<'a>(
    superuser: &Client,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<(), tokio_postgres::Error> {
    for name in texts.into_iter().flat_map(split).filter_map(|s| extension(s.text)) {
        let literal = name.replace('\'', "''");
        let untrusted = format!(
            "select quote_ident(name) from pg_available_extension_versions
             where name = '{literal}' and superuser and not trusted limit 1"
        );
        for row in superuser.query_typed(&untrusted, &[]).await? {
            let create = format!("create extension if not exists {}", row.get::<_, String>(0));
            match superuser.batch_execute(&create).await {
                Err(error) if error.code() != Some(&SqlState::DUPLICATE_OBJECT) => {
                    return Err(error);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// `create extension [if not exists] name` to name.
fn extension(statement: &str) -> Option<String> {
    let mut words =
        statement.split(|c: char| c.is_whitespace() || c == ';').filter(|w| !w.is_empty());
    let mut next = || words.next().map(str::to_ascii_lowercase);
    (next()? == "create" && next()? == "extension").then_some(())?;
    let name = match next()?.as_str() {
        "if" => {
            next()?;
            next()?;
            next()?
        }
        name => name.to_owned(),
    };
    Some(name.trim_matches('"').to_owned())
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    for item in fs::read_dir(path).map_err(fail)? {
        let item = item.map_err(fail)?.path();
        if item.is_dir() {
            collect(&item, found)?;
        } else if item.extension().is_some_and(|extension| extension == "sql") {
            found.push(item);
        }
    }
    Ok(())
}
