//! A directory of migrations.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::split::{Statement, split, split_at};
use crate::sum;

/// The file that seals a directory.
pub(crate) const SUM: &str = "atlas.sum";

/// The migrations of one database, in the order in which they are applied.
#[derive(Debug, Clone)]
pub struct Directory {
    files: Vec<File>,
    sum: Option<String>,
}

/// One migration: `<version>_<description>.sql`.
#[derive(Debug, Clone)]
pub struct File {
    name: String,
    bytes: Vec<u8>,
}

/// How a file is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TxMode {
    /// The whole file and its revision in one transaction.
    File,
    /// Statement by statement, each on its own: `-- atlas:txmode none`.
    None,
}

impl Directory {
    /// Reads the `*.sql` files of a directory (not of those below it) and its `atlas.sum`.
    ///
    /// # Errors
    /// When the directory or a file in it cannot be read, or a name is not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Directory, Error> {
        let path = path.as_ref();
        let mut files = Vec::new();
        for file in sql_files(path)? {
            let bytes = fs::read(path.join(&file))
                .map_err(|source| Error::Read { path: path.join(&file), source })?;
            files.push((file, bytes));
        }
        let sum_path = path.join(SUM);
        let sum = match fs::read_to_string(&sum_path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Read { path: sum_path, source }),
        };
        Ok(Directory::new(files, sum))
    }

    /// Takes names and bytes of files, in any order, and the text of `atlas.sum`: for migrations inside a binary.
    pub fn new(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        sum: Option<String>,
    ) -> Directory {
        let mut files: Vec<File> =
            files.into_iter().map(|(name, bytes)| File { name, bytes }).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Directory { files, sum }
    }

    /// The files, by name.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The text `atlas.sum` must have for these files.
    pub fn sum(&self) -> String {
        sum::render(&sum::entries(&self.files))
    }

    /// The first line of [`Directory::sum`]: names this state of the directory.
    pub fn total(&self) -> String {
        format!("h1:{}", sum::total(&sum::entries(&self.files)))
    }

    /// The text of the `atlas.sum` that was read, right or wrong.
    pub fn recorded_sum(&self) -> Option<&str> {
        self.sum.as_deref()
    }

    /// The same directory with more files and a right `atlas.sum`: how it would be after they are written.
    #[must_use]
    pub fn with(&self, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Directory {
        let known = self.files.iter().map(|file| (file.name.clone(), file.bytes.clone()));
        let mut directory = Directory::new(known.chain(files), None);
        directory.sum = Some(directory.sum());
        directory
    }

    /// Checks that the files are those of `atlas.sum` and that this crate can apply them.
    ///
    /// # Errors
    /// When they are not; the error names the first file that differs.
    pub fn validate(&self) -> Result<(), Error> {
        match &self.sum {
            Some(text) => sum::check(text, &sum::entries(&self.files)).map_err(|error| {
                // Git or an editor that rewrites line ends is the likeliest reason, and the least visible.
                let ends = self.files.iter().find_map(|file| file.check_line_ends().err());
                ends.unwrap_or(error)
            })?,
            None if self.files.is_empty() => {}
            None => return Err(Error::SumMissing),
        }
        self.check_files()
    }

    /// Checks all but the sum.
    pub(crate) fn check_files(&self) -> Result<(), Error> {
        for pair in self.files.windows(2) {
            if pair[0].version() == pair[1].version() {
                return Err(Error::DuplicateVersion { version: pair[0].version().to_owned() });
            }
        }
        self.files.iter().try_for_each(|file| file.check())
    }
}

impl File {
    /// `20261121000000_first.sql`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is before the first underscore; orders the files.
    pub fn version(&self) -> &str {
        self.stem().split_once('_').map_or(self.stem(), |(version, _)| version)
    }

    /// What is after it; empty where there is none.
    pub fn description(&self) -> &str {
        self.stem().split_once('_').map_or("", |(_, description)| description)
    }

    /// The bytes, as they are hashed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SQL.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        str::from_utf8(&self.bytes).map_err(|_| Error::NotUtf8 { file: self.name.clone() })
    }

    /// How it is run.
    pub fn tx_mode(&self) -> TxMode {
        let none = self.directives().any(|(name, argument)| (name, argument) == ("txmode", "none"));
        if none { TxMode::None } else { TxMode::File }
    }

    /// What ends a statement instead of a semicolon: `-- atlas:delimiter` in the first line.
    pub(crate) fn delimiter(&self) -> Option<String> {
        let line = str::from_utf8(&self.bytes).ok()?.lines().next()?;
        let (name, argument) = directive(line).filter(|_| line.starts_with("--"))?;
        (name == "delimiter" && !argument.is_empty())
            .then(|| argument.replace("\\n", "\n").replace("\\t", "\t"))
    }

    /// Its statements.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn statements(&self) -> Result<Vec<Statement<'_>>, Error> {
        let text = self.text()?;
        let Some(delimiter) = self.delimiter() else { return Ok(split(text)) };
        let head = text.find('\n').map_or(text.len(), |end| end + 1);
        let statements = split_at(&text[head..], &delimiter);
        Ok(statements.into_iter().map(|s| Statement { start: s.start + head, ..s }).collect())
    }

    /// Whether its bytes are left out of the sum: `-- atlas:sum ignore` in the first line.
    pub(crate) fn sum_ignored(&self) -> bool {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').unwrap_or(self.bytes.len());
        str::from_utf8(&self.bytes[..end]).ok().and_then(directive) == Some(("sum", "ignore"))
    }

    /// Whether it is a state to begin with, `-- atlas:checkpoint`: fresh databases start at the last one, others skip it.
    pub fn is_checkpoint(&self) -> bool {
        self.directives().any(|(name, _)| name == "checkpoint")
    }

    fn check_line_ends(&self) -> Result<(), Error> {
        match self.bytes.windows(2).position(|pair| pair == b"\r\n") {
            Some(at) => Err(Error::LineEnds {
                file: self.name.clone(),
                line: 1 + self.bytes[..at].iter().filter(|byte| **byte == b'\n').count(),
            }),
            None => Ok(()),
        }
    }

    fn stem(&self) -> &str {
        self.name.strip_suffix(".sql").unwrap_or(&self.name)
    }

    /// Directives of the file: leading comment lines that an empty line follows; else they are the first statement's.
    fn directives(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = str::from_utf8(&self.bytes).unwrap_or_default();
        let head: usize = text
            .split_inclusive('\n')
            .take_while(|line| line.starts_with("--"))
            .map(str::len)
            .sum();
        let ends = text[head..].lines().next().is_none_or(|line| line.trim().is_empty());
        text[..if ends { head } else { 0 }].lines().filter_map(directive)
    }

    fn check(&self) -> Result<(), Error> {
        self.check_line_ends()?;
        let text = self.text()?;
        for (name, argument) in self.directives() {
            let followed = match name {
                "txmode" => matches!(argument, "none" | "file"),
                "checkpoint" | "nolint" | "sum" => true,
                "delimiter" => self.delimiter().is_some(),
                _ => false,
            };
            if !followed {
                let directive = format!("atlas:{name} {argument}").trim_end().to_owned();
                return Err(Error::Directive { file: self.name.clone(), directive });
            }
        }
        let control = self.statements()?.into_iter().find(|statement| {
            let word = statement.text.split(|c: char| !c.is_ascii_alphabetic()).next();
            word.is_some_and(|word| {
                ["abort", "begin", "commit", "end", "rollback", "savepoint", "start"]
                    .contains(&word.to_ascii_lowercase().as_str())
            })
        });
        match control {
            Some(statement) => Err(Error::TransactionControl {
                file: self.name.clone(),
                line: 1 + text[..statement.start].matches('\n').count(),
            }),
            None => Ok(()),
        }
    }
}

/// Names of the `*.sql` files directly in a directory, sorted by bytes.
pub(crate) fn sql_files(path: &Path) -> Result<Vec<String>, Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    let mut names = Vec::new();
    for item in fs::read_dir(path).map_err(fail)? {
        let item = item.map_err(fail)?;
        let name = item.file_name().into_string().map_err(|name| Error::Read {
            path: path.join(name),
            source: std::io::Error::other("the name is not UTF-8"),
        })?;
        if name.ends_with(".sql") && item.path().is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// `-- atlas:name argument` to name and argument.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once("atlas:")?;
    before.bytes().all(|byte| (b' '..=b'~').contains(&byte)).then_some(())?;
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
    let (name, argument) = after.split_at(end);
    let argument = if argument.starts_with(' ') { argument.trim_start_matches(' ') } else { "" };
    (!name.is_empty()).then_some((name, argument))
}
