//! Findings by the words of statements alone.

use super::Raw;
use super::old::Old;
use super::source::Source;
use super::statement::Deed;
use crate::facts::{Facts, Id, Kind};

/// Looks at every statement; `facts` and `old` are of the moment before the file.
pub(super) fn of(source: &Source<'_>, facts: &Facts, old: &Old<'_>) -> Vec<Raw> {
    let mut found = Vec::new();
    for (at, deed) in source.deeds.iter().enumerate() {
        let mut find = |code, sentence: String| found.push(source.at(code, Some(at), sentence));
        let concurrently = match deed {
            Deed::Control => {
                find("AR103", "the runner begins and ends the transaction of a file".into());
                false
            }
            Deed::CreateIndex { concurrently, lenient, table } => {
                if *concurrently && *lenient {
                    let sentence = "a failed build leaves an invalid index, which if not exists takes for done";
                    find("AR104", sentence.into());
                }
                if !concurrently && old.has(table) {
                    find("PG101", format!("writers of {table} wait until the index is built"));
                }
                *concurrently
            }
            Deed::DropIndex { concurrently, names } => {
                let known = |name: &&String| facts.contains(&Id::new(Kind::Index, name.as_str()));
                if let (false, Some(index)) = (concurrently, names.iter().find(known)) {
                    find("PG102", format!("everybody who uses the table of {index} waits"));
                }
                *concurrently
            }
            Deed::Refill { concurrently } => *concurrently,
            _ => false,
        };
        if concurrently && source.in_transaction() {
            find("PG103", "the server refuses this inside the transaction of the file".into());
        }
    }
    if let (false, Some(second)) = (source.in_transaction(), source.statements.get(1)) {
        let line = 1 + source.text[..second.start].matches('\n').count();
        let sentence = format!(
            "{} statements, the second in line {line}: after a crash nobody knows which were done",
            source.statements.len()
        );
        found.push(source.at("AR104", Some(1), sentence));
    }
    found.extend(rewrite_under_lock(source, old));
    found
}

/// Whether the server refuses the file as it is, so that nothing can be seen of its effect.
pub(super) fn refused(found: &[Raw]) -> bool {
    found.iter().any(|raw| matches!(raw.code, "AR103" | "PG103"))
}

fn rewrite_under_lock(source: &Source<'_>, old: &Old<'_>) -> Option<Raw> {
    if !source.in_transaction() {
        return None;
    }
    let lock = source.deeds.iter().enumerate().find_map(|(at, deed)| {
        let tables = deed.locks()?;
        let table = tables.into_iter().find(|table| old.has(table))?;
        Some((at, table.to_owned()))
    });
    let (lock, locked) = lock?;
    let (at, table) = source.deeds.iter().enumerate().find_map(|(at, deed)| match deed {
        Deed::Rewrite { table } if old.has(table) => Some((at, table)),
        _ => None,
    })?;
    let line = 1 + source.text[..source.statements[lock].start].matches('\n').count();
    let sentence = format!(
        "rows of {table} are written in the transaction that keeps everybody from {locked} (line {line})"
    );
    Some(source.at("AR107", Some(at), sentence))
}
