//! Partitions that come with time.

use std::collections::BTreeSet;

use super::{Body, Facts, Id, Kind};

impl Facts {
    /// These facts without the partitions that a scheduled job makes, which no file can list: those that are named after
    /// their table and a year with month or day, `audit_logs_202611` of `audit_logs`.
    #[must_use]
    pub fn without_rolling_partitions(mut self) -> Facts {
        let rolling = self.facts.values().filter(|fact| is_rolling(&fact.id, &fact.body));
        let rolling: BTreeSet<Id> = rolling.map(|fact| fact.id.clone()).collect();
        let belongs = |id: &Id| {
            std::iter::successors(Some(id), |id| id.owner()).any(|id| rolling.contains(id))
        };
        self.facts.retain(|id, fact| !belongs(id) && !fact.parent.as_ref().is_some_and(belongs));
        self
    }
}

fn is_rolling(id: &Id, body: &Body) -> bool {
    let Body::Table(table) = body else { return false };
    let Some(partition) = table.partition.as_ref().filter(|_| id.kind == Kind::Table) else {
        return false;
    };
    partition.bound.starts_with("FOR VALUES FROM") && is_rolling_name(&id.name, &partition.parent)
}

/// Whether a partition is called after its table and a month or a day.
pub(crate) fn is_rolling_name(name: &str, parent: &str) -> bool {
    let date = name.strip_prefix(parent).and_then(|rest| rest.strip_prefix('_'));
    date.is_some_and(|date| matches!(date.len(), 6 | 8) && date.bytes().all(|b| b.is_ascii_digit()))
}
