//! Objects that need no statement of their own, as long as that leaves an order.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::facts::{Facts, Id};

/// Puts objects into others, and refuses where the other would then have to come both before and after something.
pub(super) struct Absorb<'a, 's> {
    facts: &'a Facts,
    /// What is being made or dropped; anything else imposes no order.
    set: &'s BTreeSet<&'a Id>,
    into: HashMap<&'a Id, &'a Id>,
    members: HashMap<&'a Id, Vec<&'a Id>>,
}

impl<'a, 's> Absorb<'a, 's> {
    pub(super) fn new(facts: &'a Facts, set: &'s BTreeSet<&'a Id>) -> Absorb<'a, 's> {
        Absorb { facts, set, into: HashMap::new(), members: HashMap::new() }
    }

    /// What stands for an object in the order.
    fn outer(&self, mut id: &'a Id) -> &'a Id {
        while let Some(into) = self.into.get(id) {
            id = into;
        }
        id
    }

    /// Puts `id` into `into`, whatever follows.
    pub(super) fn force(&mut self, id: &'a Id, into: &'a Id) {
        self.into.insert(id, into);
        self.members.entry(into).or_default().push(id);
    }

    /// Puts `id` into `into` unless something that `id` needs also needs `into`.
    pub(super) fn absorb(&mut self, id: &'a Id, into: &'a Id) -> bool {
        let target = self.outer(into);
        let mut work: Vec<&'a Id> = self.needs(id).filter(|need| *need != target).collect();
        let mut seen: HashSet<&'a Id> = work.iter().copied().collect();
        while let Some(next) = work.pop() {
            let mut inside = vec![next];
            while let Some(member) = inside.pop() {
                for need in self.needs(member) {
                    if need == target {
                        return false;
                    }
                    if seen.insert(need) {
                        work.push(need);
                    }
                }
                inside.extend(self.members.get(member).into_iter().flatten());
            }
        }
        self.force(id, into);
        true
    }

    /// What stands for the objects that this one needs.
    fn needs(&self, id: &'a Id) -> impl Iterator<Item = &'a Id> + use<'a, '_, 's> {
        let own = self.outer(id);
        let deps = self.facts.get(id).into_iter().flat_map(|fact| &fact.deps);
        deps.filter(|dep| self.set.contains(dep))
            .map(|dep| self.outer(dep))
            .filter(move |outer| *outer != own)
    }

    pub(super) fn into_map(self) -> HashMap<&'a Id, &'a Id> {
        self.into
    }
}
