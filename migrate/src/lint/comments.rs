//! Directives in the comments of a file: what is not to be found, and what is declared.

use super::code::{ANALYZERS, RULES};
use crate::directory::File;
use crate::split::Statement;

/// Directives of a file and of its statements.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    /// For every statement.
    pub(super) file: Note,
    /// For one statement each, by number.
    pub(super) statements: Vec<Note>,
    /// What is wrong with a directive: its place, and a sentence.
    pub(super) faults: Vec<(usize, String)>,
}

/// Directives that are for the same statements.
#[derive(Debug, Clone, Default)]
pub(super) struct Note {
    /// Codes, or beginnings of codes, that are not to be reported; the empty one is all of them.
    nolint: Vec<String>,
    /// Why nothing needs any more what is dropped.
    pub(super) contract: Option<String>,
    /// Old names that are kept for the release before.
    pub(super) shims: Vec<Shim>,
}

/// A view that keeps an old name for the release before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shim {
    /// The old name in full: `app.users`.
    pub name: String,
    /// With which issue or version it is to be dropped.
    pub until: String,
    /// The file that made it.
    pub file: String,
    /// Line of the directive, from 1.
    pub line: usize,
}

impl Notes {
    /// Reads the comments between statements.
    pub(super) fn read(file: &File, text: &str, statements: &[Statement<'_>]) -> Notes {
        let mut notes = Notes::default();
        let head = head(text);
        notes.file = notes.note(file, text, 0, head);
        let mut from = head;
        for statement in statements {
            let note = notes.note(file, text, from, statement.start.max(from));
            notes.statements.push(note);
            from = statement.start + statement.text.len();
        }
        // What comes after the last statement is for none.
        notes.note(file, text, from.min(text.len()), text.len());
        notes
    }

    /// Whether a code is not to be reported for a statement; `None`: for the file as a whole.
    pub(super) fn silence(&self, code: &str, statement: Option<usize>) -> bool {
        let own = statement.and_then(|at| self.statements.get(at));
        [Some(&self.file), own].into_iter().flatten().any(|note| note.silences(code))
    }

    /// Whether a statement is declared to be of the contract phase.
    pub(super) fn contract(&self, statement: Option<usize>) -> bool {
        let own = statement.and_then(|at| self.statements.get(at));
        self.file.contract.is_some() || own.is_some_and(|note| note.contract.is_some())
    }

    /// The old names that the file keeps, with the statement that does.
    pub(super) fn shims(&self) -> impl Iterator<Item = (Option<usize>, &Shim)> {
        let own = self.statements.iter().enumerate();
        let own = own.flat_map(|(at, note)| note.shims.iter().map(move |shim| (Some(at), shim)));
        self.file.shims.iter().map(|shim| (None, shim)).chain(own)
    }

    fn note(&mut self, file: &File, text: &str, from: usize, to: usize) -> Note {
        let mut note = Note::default();
        let mut at = from;
        for line in text[from..to].split_inclusive('\n') {
            let start = at;
            at += line.len();
            let Some(comment) = line.trim_start().strip_prefix("--") else { continue };
            let place = || 1 + text[..start].matches('\n').count();
            match directive(comment.trim()) {
                Some(("atlas:nolint", codes)) => match nolint(codes) {
                    Ok(codes) => note.nolint.extend(codes),
                    Err(code) => self
                        .faults
                        .push((start, format!("nolint: there is no code or analyzer {code}"))),
                },
                Some(("aruuri:phase", rest)) => match rest.split_once(' ') {
                    Some(("contract", why)) => note.contract = Some(why.trim().to_owned()),
                    _ if rest == "contract" => self.faults.push((
                        start,
                        "phase contract: say why nothing needs it any more, or name the issue"
                            .into(),
                    )),
                    _ => self.faults.push((start, format!("there is no phase {rest}"))),
                },
                Some(("aruuri:shim", rest)) => match rest.split_once(" drop with ") {
                    Some((name, until)) => note.shims.push(Shim {
                        name: name.trim().to_owned(),
                        until: until.trim().to_owned(),
                        file: file.name().to_owned(),
                        line: place(),
                    }),
                    None => self.faults.push((
                        start,
                        "shim: say which name is kept, and with which issue or version it goes"
                            .into(),
                    )),
                },
                // Another part of the tool reads it.
                Some(("aruuri:allow-loss", _)) | None => {}
                Some((name, _)) if name.starts_with("aruuri:") => {
                    self.faults.push((start, format!("there is no directive {name}")));
                }
                Some(_) => {}
            }
        }
        note
    }
}

impl Note {
    fn silences(&self, code: &str) -> bool {
        self.nolint.iter().any(|known| match ANALYZERS.iter().find(|(name, _)| name == known) {
            Some((_, prefix)) => code.starts_with(prefix),
            None => known.is_empty() || known == code,
        })
    }
}

/// Where the comments of the file end, and those of its first statement begin.
fn head(text: &str) -> usize {
    let lines = text.split_inclusive('\n').take_while(|line| line.starts_with("--"));
    let head = lines.map(str::len).sum();
    let ends = text[head..].lines().next().is_none_or(|line| line.trim().is_empty());
    if ends { head } else { 0 }
}

/// `atlas:nolint DS103` to its name and the rest.
fn directive(comment: &str) -> Option<(&str, &str)> {
    let (name, rest) = comment.split_once(char::is_whitespace).unwrap_or((comment, ""));
    let ours = name.starts_with("atlas:") || name.starts_with("aruuri:");
    ours.then_some((name, rest.trim()))
}

fn nolint(codes: &str) -> Result<Vec<String>, &str> {
    let split = |c: char| c == ',' || c.is_whitespace();
    let codes: Vec<&str> = codes.split(split).filter(|code| !code.is_empty()).collect();
    let is_known = |code: &str| {
        RULES.iter().any(|rule| rule.code == code)
            || ANALYZERS.iter().any(|(name, _)| *name == code)
            || super::squawk::is_rule(code)
    };
    match codes.iter().find(|code| !is_known(code)) {
        Some(unknown) => Err(unknown),
        None if codes.is_empty() => Ok(vec![String::new()]),
        None => Ok(codes.into_iter().map(ToOwned::to_owned).collect()),
    }
}
