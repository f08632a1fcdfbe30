//! Ordered steps as files: what belongs together under one comment, what must be committed apart in another file.

use super::graph::Step;
use super::planner::Planner;
use super::{Change, PlannedFile};
use crate::directory::TxMode;
use crate::facts::{Id, Kind};

/// The files of a plan.
pub(super) fn files<'a>(planner: &Planner<'a>, steps: Vec<Step<'a>>) -> Vec<PlannedFile> {
    let mut steps = steps;
    let early = steps.iter().any(|step| step.level == 0)
        && steps.iter().any(|step| !step.sql.is_empty() && step.mode == super::graph::Mode::Early);
    let later = planner.names_what_comes_later(&steps);
    steps.retain(|step| !step.sql.is_empty());
    // Stable: within a level the order stays.
    steps.sort_by_key(|step| step.level);
    let main = if early { 2 } else { 0 };
    let mut files: Vec<PlannedFile> = Vec::new();
    let mut level = None;
    for group in steps.chunk_by(|a, b| a.level == b.level && a.level % 2 == 0) {
        let solo = group[0].level % 2 == 1;
        let suffix = match group[0].level {
            level if level == main => "",
            0 => "enum_values",
            _ if solo => "index",
            _ => "validate",
        };
        let mut changes = changes(planner, group);
        let has_functions = group.iter().any(|step| step.id.kind == Kind::Function);
        if !solo && later && has_functions {
            changes.insert(
                0,
                Change {
                    comment: "Bodies of functions may name what comes later".to_owned(),
                    sql: "set local check_function_bodies = off;".to_owned(),
                    hazards: Vec::new(),
                },
            );
        }
        level.replace(group[0].level);
        let tx_mode = if solo { TxMode::None } else { TxMode::File };
        files.push(PlannedFile { suffix, tx_mode, changes });
    }
    // A plan of one file needs no suffix.
    if let [file] = files.as_mut_slice() {
        file.suffix = "";
    }
    files
}

/// Steps one after the other, comments and privileges with the object they follow.
fn changes<'a>(planner: &Planner<'a>, steps: &[Step<'a>]) -> Vec<Change> {
    let mut changes: Vec<(Change, Vec<String>)> = Vec::new();
    let mut root: Option<&'a Id> = None;
    for step in steps {
        let own = whole(planner, step.id);
        let is_said = is_said(step.id);
        match changes.last_mut() {
            Some((last, sql)) if is_said && root == Some(own) => {
                sql.extend(step.sql.iter().cloned());
                last.hazards.extend(step.hazards.iter().cloned());
            }
            _ => {
                let comment = if is_said { said(planner, own) } else { step.comment.clone() };
                let hazards = step.hazards.clone();
                changes.push((Change { comment, sql: String::new(), hazards }, step.sql.clone()));
            }
        }
        root = Some(own);
    }
    let finish = |(mut change, statements): (Change, Vec<String>)| {
        change.hazards.sort();
        change.hazards.dedup();
        let statements = together(statements).into_iter();
        let statements: Vec<_> = statements.map(|sql| format!("{};", sql.trim_end())).collect();
        change.sql = statements.join("\n");
        change
    };
    changes.into_iter().map(finish).collect()
}

/// Comments, privileges and the like are written with what they are about.
fn is_said(id: &Id) -> bool {
    matches!(
        id.kind,
        Kind::Comment | Kind::Acl | Kind::Owner | Kind::SequenceOwner | Kind::DefaultAcl
    )
}

/// Headline of comments and privileges that do not follow their object.
fn said(planner: &Planner<'_>, whole: &Id) -> String {
    match whole.kind {
        Kind::DefaultAcl => "Change default privileges".to_owned(),
        _ => {
            let facts = if planner.b.contains(whole) { planner.b } else { planner.a };
            format!("Comments and privileges of {}", super::sql::title(facts, whole))
        }
    }
}

/// The same grant to several roles, one after the other, as one statement.
fn together(statements: Vec<String>) -> Vec<String> {
    let mut merged: Vec<String> = Vec::new();
    for statement in statements {
        let head = head_of_grant(&statement);
        match merged.last_mut() {
            Some(last) if head.is_some() && head_of_grant(last) == head => {
                let roles = statement[head.map_or(0, str::len)..].to_owned();
                last.push_str(", ");
                last.push_str(&roles);
            }
            _ => merged.push(statement),
        }
    }
    merged
}

/// A grant or revoke up to its roles.
fn head_of_grant(sql: &str) -> Option<&str> {
    let word = if sql.contains(" to ") { " to " } else { " from " };
    let (head, roles) = sql.rsplit_once(word)?;
    let is_grant = ["grant ", "revoke ", "alter default privileges "];
    let plain = !roles.replace(", ", "").contains([' ', '\n']);
    (plain && is_grant.iter().any(|start| sql.starts_with(start)))
        .then(|| &sql[..head.len() + word.len()])
}

/// The object that a comment or privilege is about, the table of a column, the schema of default privileges.
fn whole<'a>(planner: &Planner<'a>, mut id: &'a Id) -> &'a Id {
    if id.kind == Kind::DefaultAcl {
        let fact = planner.b.get(id).or_else(|| planner.a.get(id));
        return fact.and_then(|fact| fact.parent.as_ref()).unwrap_or(id);
    }
    while let (
        Kind::Comment | Kind::Acl | Kind::Owner | Kind::SequenceOwner | Kind::Column,
        Some(of),
    ) = (id.kind, id.owner())
    {
        id = of;
    }
    id
}
