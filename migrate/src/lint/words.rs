//! The words of a statement, as far as a linter needs to understand it.

use crate::split::tokens;

/// Words of one statement: keywords and names in lower case, a qualified name as one word.
#[derive(Debug, Clone)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Reads a statement.
    pub(super) fn of(sql: &str) -> Words {
        let mut words: Vec<String> = Vec::new();
        let mut glued = false;
        for token in tokens(sql) {
            let word = plain(token);
            match words.last_mut() {
                Some(last) if token == "." && is_name(last) => {
                    last.push('.');
                    glued = true;
                }
                Some(last) if glued => {
                    last.push_str(&word);
                    glued = false;
                }
                _ if token == ";" => {}
                _ => words.push(word),
            }
        }
        Words(words)
    }

    /// The words from a place on.
    pub(super) fn from(&self, at: usize) -> &[String] {
        self.0.get(at..).unwrap_or_default()
    }

    /// Whether the statement begins with these words.
    pub(super) fn begin(&self, words: &str) -> bool {
        begins(&self.0, words)
    }

    /// Where these words follow one another for the first time.
    pub(super) fn find(&self, words: &str) -> Option<usize> {
        (0..self.0.len()).find(|at| begins(self.from(*at), words))
    }

    /// Whether these words follow one another somewhere.
    pub(super) fn have(&self, words: &str) -> bool {
        self.find(words).is_some()
    }

    /// The word at a place; empty behind the last one.
    pub(super) fn at(&self, place: usize) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }

    /// Whether an object is named: in full, or by its last part.
    pub(super) fn name(&self, object: &str) -> bool {
        let last = last_part(object);
        self.0.iter().any(|word| word == object || word == last || last_part(word) == last)
    }
}

/// Whether a list of words begins with others.
pub(super) fn begins(list: &[String], words: &str) -> bool {
    let mut list = list.iter();
    words.split(' ').all(|word| list.next().is_some_and(|found| found == word))
}

/// `users` of `app.users`.
pub(super) fn last_part(name: &str) -> &str {
    // A dot inside quotes is part of the name.
    if let Some(inner) = name.strip_suffix('"') {
        return &name[inner.rfind('"').unwrap_or(0)..];
    }
    name.rsplit('.').next().unwrap_or(name)
}

/// A token as PostgreSQL prints the name: lower case, quotes only where they are needed.
fn plain(token: &str) -> String {
    let Some(inner) = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return match token.as_bytes().first() {
            Some(b'\'' | b'$' | b'e' | b'E') if token.contains('\'') || token.starts_with('$') => {
                token.to_owned()
            }
            _ => token.to_ascii_lowercase(),
        };
    };
    let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let letter = inner.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if letter && inner.chars().all(simple) { inner.to_owned() } else { token.to_owned() }
}

fn is_name(word: &str) -> bool {
    word.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"')
        && !word.starts_with(|c: char| c.is_ascii_digit())
}
