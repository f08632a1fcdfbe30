//! What a whole file has taken away: a view may be dropped and made again within it.

use std::collections::HashMap;

use super::Raw;
use super::effect::{has_schema, wire};
use super::old::Old;
use super::source::Unit;
use crate::facts::{Body, ConstraintKind, Fact, Facts, FunctionKind, Id, Kind};
use crate::plan::Severity;

/// Findings by the facts before and after a file; `gone` says which statement took an object away first.
pub(super) fn of(
    unit: &Unit<'_>,
    start: &Facts,
    end: &Facts,
    old: &Old<'_>,
    gone: &HashMap<Id, usize>,
) -> Vec<Raw> {
    let mut found = Vec::new();
    for fact in start.iter() {
        let id = &fact.id;
        let at = gone.get(id).copied();
        match end.get(id) {
            Some(now) => changed(unit, fact, now, at, (start, end), old, &mut found),
            None if at.is_some() && is_used(fact, start, end, old) => {
                found.push(unit.at("AR112", at, sentence(fact)));
            }
            None => {}
        }
        if let Body::Constraint(constraint) = &fact.body
            && constraint.kind == ConstraintKind::ForeignKey
            && at.is_some()
            && !end.contains(id)
            && id.owner().is_some_and(|table| end.contains(table) && old.has(&table.name))
        {
            let sentence = format!(
                "{} is dropped: nothing keeps {} and {} together any more",
                id.name,
                id.of_name(),
                constraint.references.as_deref().unwrap_or("the other table")
            );
            found.push(unit.at("CD101", at, sentence));
        }
    }
    for fact in start.iter() {
        found.extend(trigger(unit, fact, end, old, gone));
    }
    // A policy that only took rows away.
    for fact in start.iter().filter(|fact| !end.contains(&fact.id)) {
        if let (Body::Policy(policy), Some(table)) = (&fact.body, fact.id.owner())
            && !policy.permissive
            && end.contains(table)
        {
            let sentence = format!(
                "policy {} of {}, which took rows away, is dropped",
                fact.id.name, table.name
            );
            found.push(unit.at("AR105", gone.get(&fact.id).copied(), sentence));
        }
    }
    found
}

/// A trigger that guards an old table no longer.
fn trigger(
    unit: &Unit<'_>,
    fact: &Fact,
    end: &Facts,
    old: &Old<'_>,
    gone: &HashMap<Id, usize>,
) -> Option<Raw> {
    let (Body::Trigger(then), Some(table)) = (&fact.body, fact.id.owner()) else { return None };
    if !old.has(&table.name) || !end.contains(table) {
        return None;
    }
    let name = format!("trigger {} of {}", fact.id.name, table.name);
    let sentence = match end.get(&fact.id).map(|fact| &fact.body) {
        None => format!("{name} is dropped"),
        Some(Body::Trigger(now)) if now.state == "D" && then.state != "D" => {
            format!("{name} is switched off")
        }
        Some(Body::Trigger(now)) if now.state != "A" && then.state == "A" => {
            format!("{name} does not fire in sessions of replication any more")
        }
        Some(_) => return None,
    };
    let at = gone.get(&fact.id).copied();
    let at = at.unwrap_or_else(|| unit.blame(&fact.id.name, "trigger"));
    Some(unit.at("AR115", Some(at), sentence))
}

/// Whether statements of the release before may name or need it.
fn is_used(fact: &Fact, start: &Facts, end: &Facts, old: &Old<'_>) -> bool {
    let outer = std::iter::successors(Some(&fact.id), |id| id.owner()).last();
    let placed = outer.is_none_or(|id| id.kind == Kind::Extension || has_schema(&id.name, end));
    if !old.knows(&fact.id) || !placed {
        return false;
    }
    match &fact.body {
        Body::Function(function) => {
            let called = function.kind != FunctionKind::Aggregate;
            called && function.result.as_deref() != Some("trigger")
        }
        // Goes with its column, which is found by itself.
        Body::Sequence(_) => !start.iter().any(|owner| {
            matches!(owner.body, Body::SequenceOwner { .. }) && owner.id.of_name() == &*fact.id.name
        }),
        Body::Relation(_)
        | Body::Enum(_)
        | Body::Domain(_)
        | Body::Composite(_)
        | Body::Range(_)
        | Body::Extension { .. } => true,
        Body::Acl(_) => {
            fact.id.owner().is_some_and(|of| end.contains(of)) && &*fact.id.name != "PUBLIC"
        }
        _ => false,
    }
}

fn changed(
    unit: &Unit<'_>,
    then: &Fact,
    now: &Fact,
    at: Option<usize>,
    (start, end): (&Facts, &Facts),
    old: &Old<'_>,
    found: &mut Vec<Raw>,
) {
    let id = &now.id;
    let name = &*id.name;
    match (&then.body, &now.body) {
        (Body::Column(then), Body::Column(now))
            if at.is_none()
                && old.knows(id)
                && wire(&then.data_type, start) != wire(&now.data_type, end) =>
        {
            let sentence = format!(
                "{}.{name} becomes {} instead of {}: the release before cannot read it",
                id.of_name(),
                now.data_type,
                then.data_type
            );
            found.push(unit.find_with("AR111", name, "type", sentence));
        }
        (Body::Enum(then), Body::Enum(now)) => {
            let lost: Vec<&str> = then
                .labels
                .iter()
                .filter(|label| !now.labels.contains(label))
                .map(String::as_str)
                .collect();
            if !lost.is_empty() {
                let sentence = format!("{name} does not have {} any more", lost.join(", "));
                found.push(unit.find("AR102", name, sentence));
            }
        }
        (Body::Acl(then), Body::Acl(now)) => {
            let lost: Vec<&str> = then
                .privileges
                .iter()
                .filter(|p| !now.privileges.contains(p))
                .map(String::as_str)
                .collect();
            if let (false, Some(of)) = (lost.is_empty() || name == "PUBLIC", id.owner()) {
                let sentence = format!("{name} does not have {} on {of} any more", lost.join(", "));
                found.push(unit.find("AR112", &of.name, sentence));
            }
        }
        (Body::Relation(_) | Body::Function(_), _) if at.is_some() => {
            let dependents: Vec<String> = start
                .iter()
                .filter(|fact| fact.deps.contains(id) && fact.id.owner() != Some(id))
                .filter(|fact| !matches!(fact.id.kind, Kind::Acl | Kind::Comment | Kind::Owner))
                .map(|fact| fact.id.to_string())
                .collect();
            let with = match dependents.is_empty() {
                true => "nothing hangs on it".to_owned(),
                false => format!("with it {}", dependents.join(", ")),
            };
            let sentence = format!("{id} is dropped and made again; {with}");
            found.push(unit.at("AR108", at, sentence).with(Severity::Info));
        }
        _ => {}
    }
}

fn sentence(fact: &Fact) -> String {
    match fact.id.owner() {
        Some(of) => format!("{} has no privileges on {of} any more", fact.id.name),
        None => format!("{} is gone; the release before may use it", fact.id),
    }
}
