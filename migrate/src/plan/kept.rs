//! What a table keeps when it joins or leaves a partitioned one, and what a change above takes from it.

use std::collections::BTreeSet;

use super::planner::Planner;
use crate::facts::{Body, ConstraintKind, Fact, Facts, Id, Kind};

impl<'a> Planner<'a> {
    /// What a table keeps when it leaves a partitioned one, or brings along when it joins one, is neither made nor dropped.
    pub(super) fn adopt(&mut self) {
        let mut kept = Vec::new();
        for fact in self.a.iter() {
            let (Body::Table(before), Some(after)) = (&fact.body, self.table(self.b, &fact.id))
            else {
                continue;
            };
            match (&before.partition, &after.partition) {
                (Some(left), None) => {
                    let above = Id::new(Kind::Table, left.parent.as_str());
                    kept.extend(self.shared(self.b, &fact.id, &above, &self.create));
                }
                (None, Some(joined)) => {
                    let above = Id::new(Kind::Table, joined.parent.as_str());
                    kept.extend(self.shared(self.a, &fact.id, &above, &self.drop));
                }
                _ => {}
            }
        }
        for id in kept {
            self.create.remove(id);
            self.drop.remove(id);
        }
    }

    /// Constraints, indexes and defaults of a table, among `set`, that the table above has as well.
    fn shared(
        &self,
        facts: &'a Facts,
        table: &Id,
        above: &Id,
        set: &BTreeSet<&'a Id>,
    ) -> Vec<&'a Id> {
        let of = |facts: &'a Facts, table: &Id| -> Vec<&'a Fact> {
            facts
                .iter()
                .filter(|fact| fact.id.owner().or(fact.parent.as_ref()) == Some(table))
                .collect()
        };
        let other = if std::ptr::eq(facts, self.a) { self.b } else { self.a };
        let there = of(other, above);
        let own = of(facts, table).into_iter().filter(|fact| set.contains(&fact.id));
        own.filter(|fact| there.iter().any(|above| is_same_part(fact, above)))
            .map(|fact| &fact.id)
            .collect()
    }

    /// What a change above sets back in a partition is said again there.
    pub(super) fn reemit(&mut self) {
        let mut again = Vec::new();
        for fact in self.b.iter().filter(|fact| self.a.contains(&fact.id)) {
            let above = match fact.id.kind {
                Kind::TriggerState => {
                    fact.deps.iter().find(|dep| dep.kind == Kind::Trigger).cloned()
                }
                Kind::Default => fact.id.owner().and_then(|table| {
                    let partition = self.table(self.b, table)?.partition.as_ref()?;
                    let table = Id::new(Kind::Table, partition.parent.as_str());
                    Some(Id::of(Kind::Default, table, fact.id.name.clone()))
                }),
                _ => None,
            };
            let touched = above.is_some_and(|above| {
                self.alter.contains_key(&above)
                    || self.create.contains(&above)
                    || self.drop.contains(&above)
            });
            if touched && !self.create.contains(&fact.id) {
                again.push(&fact.id);
            }
        }
        // To revoke a privilege on a table revokes it on every column too.
        for fact in self.b.iter().filter(|fact| fact.id.kind == Kind::Acl) {
            let Some(column) = fact.id.owner().filter(|of| of.kind == Kind::Column) else {
                continue;
            };
            let whole =
                column.owner().map(|of| Id::of(Kind::Acl, of.clone(), fact.id.name.clone()));
            let touched =
                whole.is_some_and(|id| self.drop.contains(&id) || self.alter.contains_key(&id));
            if touched && self.a.contains(&fact.id) && !self.create.contains(&fact.id) {
                again.push(&fact.id);
            }
        }
        for id in again {
            self.alter.remove(id);
            self.create.insert(id);
        }
    }
}

/// Whether a part of a table is the same as one of the table above.
fn is_same_part(part: &Fact, above: &Fact) -> bool {
    match (&part.body, &above.body) {
        (Body::Constraint(x), Body::Constraint(y)) => {
            let named = x.kind != ConstraintKind::Check || part.id.name == above.id.name;
            named && x.kind == y.kind && x.definition == y.definition
        }
        (Body::Index(x), Body::Index(y)) => {
            let rest = |text: &str| text.split_once(" USING ").map(|(_, rest)| rest.to_owned());
            x.unique == y.unique && rest(&x.definition) == rest(&y.definition)
        }
        (Body::Default { .. }, Body::Default { .. }) => {
            part.id.name == above.id.name && part.body == above.body
        }
        _ => false,
    }
}
