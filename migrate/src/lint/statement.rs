//! What a statement does, by its words.

use super::words::{Words, last_part};

/// What a statement does, as far as rules ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// `begin`, `commit`, `rollback` and the like.
    Control,
    /// `create index`.
    CreateIndex {
        /// Without a lock that stops writers.
        concurrently: bool,
        /// `if not exists`.
        lenient: bool,
        /// The table.
        table: String,
    },
    /// `drop index`.
    DropIndex {
        /// Without a lock that stops everybody.
        concurrently: bool,
        /// The indexes.
        names: Vec<String>,
    },
    /// `reindex` or `refresh materialized view`, which fill anew what is already there.
    Refill {
        /// Outside a transaction only.
        concurrently: bool,
    },
    /// `alter table … rename to …`, `alter table … set schema …` and the same of a view.
    Rename {
        /// Full name before.
        from: String,
        /// Full name after.
        to: String,
    },
    /// `alter table … rename column … to …` and the same of a view.
    RenameColumn {
        /// The table.
        table: String,
        /// Name before.
        from: String,
        /// Name after.
        to: String,
    },
    /// Another `alter table`.
    AlterTable {
        /// The table.
        table: String,
    },
    /// `truncate`.
    Truncate,
    /// `insert … select`, `update`, `delete`, `merge`: as many rows as there are.
    Rewrite {
        /// The table.
        table: String,
    },
    /// `drop …`.
    Drop {
        /// Whether a table or view: what ordinary statements name.
        relation: bool,
        /// The objects.
        names: Vec<String>,
    },
    /// Makes something that was not there, and can do nothing to what was.
    Add,
    /// Anything else.
    Other,
}

impl Deed {
    /// Understands a statement.
    pub(super) fn of(words: &Words) -> Deed {
        match words.at(0) {
            "abort" | "begin" | "commit" | "end" | "rollback" | "savepoint" | "start"
            | "release" => Deed::Control,
            "create" => create(words),
            "drop" => drop(words),
            "alter" => alter(words),
            "reindex" => Deed::Refill { concurrently: words.have("concurrently") },
            "refresh" => Deed::Refill { concurrently: false },
            "truncate" => Deed::Truncate,
            "insert" if words.have("select") => Deed::Rewrite { table: words.at(2).to_owned() },
            "insert" | "comment" | "set" | "grant" => Deed::Add,
            "update" | "delete" | "merge" => dml(words),
            "with" if ["insert", "update", "delete", "merge"].iter().any(|w| words.have(w)) => {
                dml(words)
            }
            _ => Deed::Other,
        }
    }

    /// Whether it takes a lock that stops readers of a table that is already there.
    pub(super) fn locks(&self) -> Option<Vec<&str>> {
        match self {
            Deed::Rename { from: table, .. }
            | Deed::RenameColumn { table, .. }
            | Deed::AlterTable { table } => Some(vec![table]),
            Deed::Drop { relation: true, names }
            | Deed::DropIndex { concurrently: false, names } => {
                Some(names.iter().map(String::as_str).collect())
            }
            _ => None,
        }
    }
}

fn create(words: &Words) -> Deed {
    let unique = usize::from(words.at(1) == "unique");
    if words.at(1 + unique) != "index" {
        return if words.have("or replace") { Deed::Other } else { Deed::Add };
    }
    let on = words.find("on").map_or(usize::MAX - 2, |on| on + 1);
    let on = on + usize::from(words.at(on) == "only");
    Deed::CreateIndex {
        concurrently: words.at(2 + unique) == "concurrently",
        lenient: words.have("if not exists"),
        table: words.at(on).to_owned(),
    }
}

fn drop(words: &Words) -> Deed {
    let (kind, mut at) = match (words.at(1), words.at(2)) {
        ("materialized", "view") => ("view", 3),
        (kind, _) => (kind, 2),
    };
    let concurrently = words.at(at) == "concurrently";
    at += usize::from(concurrently);
    if words.at(at) == "if" {
        at += 2;
    }
    let names = words.from(at).iter().filter(|word| *word != ",");
    let names =
        names.take_while(|word| !matches!(word.as_str(), "cascade" | "restrict" | "on" | "("));
    let names = names.cloned().collect();
    match kind {
        "index" => Deed::DropIndex { concurrently, names },
        kind => Deed::Drop { relation: matches!(kind, "table" | "view"), names },
    }
}

fn alter(words: &Words) -> Deed {
    let mut at = match (words.at(1), words.at(2)) {
        ("table" | "view", _) => 2,
        ("materialized", "view") => 3,
        ("default", "privileges") => return Deed::Add,
        _ => return Deed::Other,
    };
    if words.at(at) == "if" {
        at += 2;
    }
    at += usize::from(words.at(at) == "only");
    let table = words.at(at).to_owned();
    let rest = at + 1;
    let rest = rest + usize::from(words.at(rest) == "*");
    match (words.at(rest), words.at(rest + 1)) {
        ("rename", "to") => {
            let to = beside(&table, words.at(rest + 2));
            Deed::Rename { from: table, to }
        }
        ("set", "schema") => {
            let to = format!("{}.{}", words.at(rest + 2), last_part(&table));
            Deed::Rename { from: table, to }
        }
        ("rename", "constraint") => Deed::AlterTable { table },
        ("rename", word) => {
            let from = rest + 1 + usize::from(word == "column");
            let (from, to) = (words.at(from).to_owned(), words.at(from + 2).to_owned());
            Deed::RenameColumn { table, from, to }
        }
        _ => Deed::AlterTable { table },
    }
}

/// A new name in the schema of the old one.
fn beside(old: &str, new: &str) -> String {
    let schema = old.strip_suffix(last_part(old)).unwrap_or_default();
    format!("{schema}{new}")
}

fn dml(words: &Words) -> Deed {
    let verb = ["insert into", "update", "delete from", "merge into"].into_iter();
    let target = verb.filter_map(|verb| Some(words.find(verb)? + verb.split(' ').count())).min();
    let at = target.unwrap_or(usize::MAX);
    let at = at.saturating_add(usize::from(words.at(at) == "only"));
    Deed::Rewrite { table: words.at(at).to_owned() }
}
