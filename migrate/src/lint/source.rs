//! A new file, read once.

use std::ops::Range;

use super::comments::Notes;
use super::statement::Deed;
use super::words::{Words, last_part};
use super::{Raw, Severity};
use crate::directory::{File, TxMode};
use crate::error::Error;
use crate::facts::Facts;
use crate::split::Statement;

/// A new file and what its words say.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Its place among the new files.
    pub(super) number: usize,
    /// The file.
    pub(super) file: &'a File,
    /// Its text.
    pub(super) text: &'a str,
    /// Its statements.
    pub(super) statements: Vec<Statement<'a>>,
    /// The words of each.
    pub(super) words: Vec<Words>,
    /// What each does.
    pub(super) deeds: Vec<Deed>,
    /// Its directives.
    pub(super) notes: Notes,
}

impl<'a> Source<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub(super) fn read(number: usize, file: &'a File) -> Result<Source<'a>, Error> {
        let text = file.text()?;
        let statements = file.statements()?;
        let words: Vec<Words> = statements.iter().map(|s| Words::of(s.text)).collect();
        let deeds = words.iter().map(Deed::of).collect();
        let notes = Notes::read(file, text, &statements);
        Ok(Source { number, file, text, statements, words, deeds, notes })
    }

    /// Whether it runs in a transaction.
    pub(super) fn in_transaction(&self) -> bool {
        self.file.tx_mode() == TxMode::File
    }

    /// A finding in a statement; `None`: in the file as a whole.
    pub(super) fn at(
        &self,
        code: &'static str,
        statement: Option<usize>,
        sentence: impl Into<String>,
    ) -> Raw {
        Raw {
            code,
            severity: None,
            file: self.number,
            statement,
            offset: None,
            sentence: sentence.into(),
            mend: None,
        }
    }
}

/// Statements whose effect is looked at together.
#[derive(Debug, Clone)]
pub(super) struct Unit<'a> {
    /// The file.
    pub(super) source: &'a Source<'a>,
    /// Numbers of the statements.
    pub(super) range: Range<usize>,
    /// What was there before the file.
    pub(super) start: &'a Facts,
}

impl Unit<'_> {
    /// What the statements do.
    pub(super) fn deeds(&self) -> &[Deed] {
        &self.source.deeds[self.range.clone()]
    }

    /// A finding about an object, in the statement that names it first.
    pub(super) fn find(&self, code: &'static str, object: &str, sentence: String) -> Raw {
        self.source.at(code, Some(self.blame(object, "")), sentence)
    }

    /// The same, in one that has another word too if there is one.
    pub(super) fn find_with(
        &self,
        code: &'static str,
        object: &str,
        word: &str,
        sentence: String,
    ) -> Raw {
        self.source.at(code, Some(self.blame(object, word)), sentence)
    }

    /// A finding in a statement that is known.
    pub(super) fn at(&self, code: &'static str, at: Option<usize>, sentence: String) -> Raw {
        self.source.at(code, at, sentence)
    }

    /// The words of the statement that names an object.
    pub(super) fn words_of(&self, object: &str) -> Option<&Words> {
        self.source.words.get(self.blame(object, ""))
    }

    /// The first statement that names an object, and has another word too if there is one that does.
    pub(super) fn blame(&self, object: &str, word: &str) -> usize {
        let object = object.split_once('(').map_or(object, |(name, _)| name);
        let names = |at: &usize| self.source.words[*at].name(object);
        let has = |at: &usize| word.is_empty() || self.source.words[*at].have(word);
        // A sequence or an index may have got its name from the server.
        let by_table = |at: &usize| {
            self.source.words[*at].name(last_part(object).split('_').next().unwrap_or_default())
        };
        let mut range = self.range.clone();
        let find =
            |range: &mut Range<usize>, test: &dyn Fn(&usize) -> bool| range.find(|at| test(at));
        find(&mut range.clone(), &|at| names(at) && has(at))
            .or_else(|| find(&mut range.clone(), &names))
            .or_else(|| find(&mut range, &by_table))
            .unwrap_or(self.range.start)
    }
}

impl Raw {
    /// The same with another severity.
    pub(super) fn with(self, severity: Severity) -> Raw {
        Raw { severity: Some(severity), ..self }
    }
}
