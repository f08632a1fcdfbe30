//! What is dangerous about new migrations: locks, losses, what breaks the release that is still running.
//!
//! Every new file is run, statement by statement, on a database that is thrown away; what each did is read from the
//! facts before and after it, and from the files on disk that were written anew. The rest is read from its words.
//!
//! What this module does not do: look at production's rows, or measure how long a lock is held.

mod code;
mod comments;
mod effect;
mod last;
mod old;
mod replay;
mod rules;
mod security;
mod shim;
mod source;
mod squawk;
mod statement;
mod words;

use std::collections::BTreeSet;

use db::Domain;
use serde::Serialize;
use stack::Running;

pub use self::code::{RULES, Rule};
pub use self::comments::Shim;
use self::old::Old;
use self::source::Source;
use crate::dev;
use crate::directory::{Directory, File};
use crate::facts::{Facts, Id, Kind};
pub use crate::plan::Severity;

/// Characters of a statement that a finding shows.
const SHOWN: usize = 100;

/// What is looked at, and where it is tried.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The local servers.
    pub running: &'a Running,
    /// Whose migrations.
    pub domain: Domain,
    /// All of them.
    pub directory: &'a Directory,
    /// Names of the new ones.
    pub new: &'a BTreeSet<String>,
}

/// What a caller may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether an index built or dropped while others wait is an error.
    pub online: bool,
    /// Codes that are off by default and are looked for.
    pub on: Vec<String>,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Names of the files that were looked at.
    pub files: Vec<String>,
    /// What is dangerous, by file and line.
    pub findings: Vec<Finding>,
    /// Old names that views still keep for an earlier release.
    pub shims: Vec<Shim>,
}

impl Report {
    /// How many findings are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// One danger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `DS103`, or the name of a rule of squawk.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The statement, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What is dangerous.
    pub sentence: String,
    /// How it is mended.
    pub mend: String,
}

/// A finding before its code is looked up.
#[derive(Debug, Clone)]
struct Raw {
    code: &'static str,
    /// Where it is not the code's own.
    severity: Option<Severity>,
    file: usize,
    statement: Option<usize>,
    /// Where it is not the beginning of the statement.
    offset: Option<usize>,
    sentence: String,
    /// Where it is not the code's own.
    mend: Option<String>,
}

/// Looks at the new files of a directory.
///
/// # Errors
/// When the files before them cannot be applied, or the servers refuse. What is wrong with the new files is found, and
/// no error.
pub async fn lint(
    subject: &Subject<'_>,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, dev::Error> {
    let Subject { running, domain, directory, new } = subject;
    let (news, olds): (Vec<&File>, Vec<&File>) =
        directory.files().iter().partition(|file| new.contains(file.name()));
    let sources: Vec<Source<'_>> = news
        .iter()
        .enumerate()
        .map(|(number, file)| Source::read(number, file))
        .collect::<Result<_, _>>()?;
    let mut report = Report::default();
    report.files.extend(news.iter().map(|file| file.name().to_owned()));
    if sources.is_empty() {
        return Ok(report);
    }
    progress("replaying the migrations before the new ones");
    let database =
        dev::replayed(running, *domain, &directory_of(&olds)).await?.copy("lint").await?;
    let texts = sources.iter().map(|source| source.text);
    dev::extend(&database, texts).await?;
    let mut client = database.owner().await?;
    crate::session::prepare(&client, None, None).await?;

    let mut found = order(&sources, &olds, directory);
    let first = replay::look(&mut client).await?;
    let base = first.facts.clone();
    let mut old = Old::new(&base);
    let mut now = Some(first);
    let mut last: Option<Facts> = None;
    for source in &sources {
        progress(&format!("looking at {}", source.file.name()));
        let facts = now.as_ref().map_or(last.as_ref().unwrap_or(&base), |look| &look.facts);
        let words = rules::of(source, facts, &old);
        let refused = rules::refused(&words);
        found.extend(words);
        // Nothing can be said about what comes behind a file that fails.
        if refused {
            now = None;
        }
        let Some(before) = now.take() else { continue };
        let was = before.facts.clone();
        let played = replay::play(&mut client, source, before, &mut old).await?;
        found.extend(played.found);
        if let Some(after) = played.after {
            shim::made_and_dropped(source, &sources, &was, &after.facts, &mut found);
            last = Some(after.facts.clone());
            now = Some(after);
        }
    }
    if let Some(end) = now.map(|look| look.facts) {
        shim::check(&client, &sources, &base, &end, &mut found).await?;
        naming(&sources, &base, &end, &mut found);
        let shims = shim::declared(directory.files().iter())?;
        let open = |shim: &Shim| end.contains(&Id::new(Kind::View, shim.name.as_str()));
        report.shims = shims.into_iter().filter(open).collect();
    }
    report.findings = finish(&sources, found, options);
    Ok(report)
}

/// The old names that views keep for an earlier release, as the files of a directory declare them.
///
/// # Errors
/// When a file is not UTF-8.
pub fn shims(directory: &Directory) -> Result<Vec<Shim>, crate::Error> {
    shim::declared(directory.files().iter())
}

/// The rules of squawk that are looked for besides [`RULES`]: name and severity.
pub fn squawk_rules() -> impl Iterator<Item = (String, Severity)> {
    squawk::rules()
}

/// Where a rule of squawk is explained.
#[must_use]
pub fn squawk_page(code: &str) -> String {
    format!("https://squawkhq.com/docs/{code}")
}

/// Files as a directory of their own, with its sum.
fn directory_of(files: &[&File]) -> Directory {
    let copy = || files.iter().map(|file| (file.name().to_owned(), file.bytes().to_vec()));
    let sum = Directory::new(copy(), None).sum();
    Directory::new(copy(), Some(sum))
}

/// Versions that cannot be applied in their order.
fn order(sources: &[Source<'_>], olds: &[&File], directory: &Directory) -> Vec<Raw> {
    let mut found = Vec::new();
    let last = olds.iter().map(|file| file.version()).max();
    for source in sources {
        let version = source.file.version();
        let twin = directory
            .files()
            .iter()
            .find(|file| file.version() == version && file.name() != source.file.name());
        if let Some(twin) = twin {
            let sentence = format!("{} has the same version", twin.name());
            found.push(source.at("AR110", None, sentence));
        } else if let Some(last) = last.filter(|last| version < *last) {
            let sentence = format!("{last} is older than this release and would come after it");
            found.push(source.at("AR110", None, sentence));
        }
    }
    found
}

/// Names of new objects.
fn naming(sources: &[Source<'_>], base: &Facts, end: &Facts, found: &mut Vec<Raw>) {
    for fact in end.iter().filter(|fact| !base.contains(&fact.id)) {
        let code = match (fact.id.kind, &fact.body) {
            (Kind::Schema, _) => "NM101",
            (Kind::Table | Kind::View | Kind::MatView, _) => "NM102",
            (Kind::Column, _) => "NM103",
            (Kind::Index, _) => "NM104",
            (_, crate::facts::Body::Constraint(constraint)) => match constraint.kind {
                crate::facts::ConstraintKind::ForeignKey => "NM105",
                crate::facts::ConstraintKind::Check => "NM106",
                _ => continue,
            },
            _ => continue,
        };
        let name = words::last_part(&fact.id.name);
        // Whatever is not in lower case is printed with quotes.
        if !name.starts_with('"') && !name.contains("__") {
            continue;
        }
        let source = sources.iter().find_map(|source| {
            let at = source.words.iter().position(|words| words.name(name))?;
            Some((source, at))
        });
        if let Some((source, at)) = source {
            found.push(source.at(code, Some(at), format!("{} is no name of ours", fact.id)));
        }
    }
}

/// Gives every finding its severity and place, without those that are not wanted.
fn finish(sources: &[Source<'_>], found: Vec<Raw>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours = |source: &Source<'_>, statement: Option<usize>| -> Vec<&'static str> {
        let same = |raw: &&Raw| raw.file == source.number && raw.statement == statement;
        found.iter().filter(same).map(|raw| raw.code).collect()
    };
    let mut theirs = Vec::new();
    for source in sources {
        for (code, raw) in squawk::of(source) {
            if !squawk::is_said(&code, &ours(source, raw.statement)) {
                theirs.push((code, raw));
            }
        }
    }
    for raw in found {
        let source = &sources[raw.file];
        let Some(rule) = code::find(raw.code) else { continue };
        if rule.off
            && !options.on.iter().any(|on| on == rule.code || rule.code.starts_with(on.as_str()))
        {
            continue;
        }
        let declared = match source.notes.contract(raw.statement) {
            true => rule.severity,
            false => rule.expand,
        };
        let online = options.online && matches!(rule.code, "PG101" | "PG102" | "PG103");
        let severity = if online { Severity::Error } else { raw.severity.unwrap_or(declared) };
        let mend = raw.mend.clone().unwrap_or_else(|| rule.mend.to_owned());
        findings.extend(place(source, rule.code, raw, severity, mend));
    }
    for (code, raw) in theirs {
        let severity = raw.severity.unwrap_or(Severity::Warning);
        let mend = raw.mend.clone().unwrap_or_else(|| squawk_page(&code));
        findings.extend(place(&sources[raw.file], &code, raw, severity, mend));
    }
    for source in sources {
        for (offset, sentence) in &source.notes.faults {
            let raw = Raw { offset: Some(*offset), ..source.at("AR114", None, sentence.clone()) };
            let mend = code::find("AR114").map_or("", |rule| rule.mend).to_owned();
            findings.extend(place(source, "AR114", raw, Severity::Error, mend));
        }
    }
    findings.sort_by(|a, b| {
        (&a.file, a.line, a.column, &a.code).cmp(&(&b.file, b.line, b.column, &b.code))
    });
    findings.dedup();
    findings
}

/// None if the file says that it is not to be found.
fn place(
    source: &Source<'_>,
    code: &str,
    raw: Raw,
    severity: Severity,
    mend: String,
) -> Option<Finding> {
    if source.notes.silence(code, raw.statement) {
        return None;
    }
    let statement = raw.statement.and_then(|at| source.statements.get(at));
    let offset = raw.offset.or(statement.map(|statement| statement.start)).unwrap_or(0);
    let before = &source.text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Some(Finding {
        code: code.to_owned(),
        severity,
        file: source.file.name().to_owned(),
        line: 1 + before.matches('\n').count(),
        column: 1 + before[line_start..].chars().count(),
        statement: statement.map(|statement| shorten(statement.text)),
        sentence: raw.sentence,
        mend,
    })
}

/// One line of at most [`SHOWN`] characters.
fn shorten(sql: &str) -> String {
    let mut shown = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}
