//! One graph of everything that is done, and one order of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::hazard::Hazard;
use super::steps::position;
use crate::facts::{Facts, Id, Kind};

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Verb {
    Drop,
    Alter,
    Create,
    /// What follows when the rest is in place: columns moved to a new type, a constraint validated.
    Finish,
}

/// How the statements of a step must run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// In a transaction with others.
    Together,
    /// In a transaction before all others.
    Early,
    /// In a transaction after the one in which the first part ran.
    Later,
    /// Alone, outside a transaction.
    Solo,
}

/// One thing to do; without statements it only keeps a place in the order.
#[derive(Clone, Debug)]
pub(super) struct Step<'a> {
    pub(super) verb: Verb,
    pub(super) id: &'a Id,
    pub(super) comment: String,
    pub(super) sql: Vec<String>,
    pub(super) hazards: Vec<Hazard>,
    pub(super) mode: Mode,
    /// File it belongs to: even ones are transactions, odd ones are not.
    pub(super) level: usize,
}

impl<'a> Step<'a> {
    pub(super) fn new(verb: Verb, id: &'a Id) -> Step<'a> {
        Step {
            verb,
            id,
            comment: String::new(),
            sql: Vec::new(),
            hazards: Vec::new(),
            mode: Mode::Together,
            level: 0,
        }
    }
}

/// Steps and what must come before what.
#[derive(Default)]
pub(super) struct Graph<'a> {
    steps: Vec<Step<'a>>,
    places: HashMap<(Verb, &'a Id), usize>,
    after: Vec<Vec<usize>>,
    soft_after: Vec<Vec<usize>>,
    known: HashSet<(usize, usize)>,
}

impl<'a> Graph<'a> {
    pub(super) fn add(&mut self, step: Step<'a>) {
        self.places.insert((step.verb, step.id), self.steps.len());
        self.steps.push(step);
        self.after.push(Vec::new());
        self.soft_after.push(Vec::new());
    }

    /// `first` before `then`, if both are done at all.
    pub(super) fn edge(&mut self, first: (Verb, &'a Id), then: (Verb, &'a Id)) {
        if let (Some(&first), Some(&then)) = (self.places.get(&first), self.places.get(&then))
            && first != then
            && self.known.insert((first, then))
        {
            self.after[first].push(then);
        }
    }

    /// `first` before `then`, unless that makes a circle.
    pub(super) fn soft_edge(&mut self, first: (Verb, &'a Id), then: (Verb, &'a Id)) {
        if let (Some(&first), Some(&then)) = (self.places.get(&first), self.places.get(&then))
            && first != then
            && !self.known.contains(&(first, then))
        {
            self.soft_after[first].push(then);
        }
    }

    /// Steps in an order in which each finds what it needs; names of the circle if there is none.
    pub(super) fn order(
        mut self,
        a: &'a Facts,
        b: &'a Facts,
    ) -> Result<Vec<Step<'a>>, Vec<String>> {
        let count = self.steps.len();
        let ranks: Vec<_> = self.steps.iter().map(|step| self.rank(step, a, b)).collect();
        let mut hard = vec![0_usize; count];
        let mut soft = vec![0_usize; count];
        for (hops, waits) in [(&self.after, &mut hard), (&self.soft_after, &mut soft)] {
            for &then in hops.iter().flatten() {
                waits[then] += 1;
            }
        }
        let mut ready: BTreeSet<(&Rank<'_>, usize)> = (0..count)
            .filter(|&at| hard[at] == 0 && soft[at] == 0)
            .map(|at| (&ranks[at], at))
            .collect();
        // What waits for nothing but wishes, in case everything else waits for it.
        let mut wishing: BTreeSet<(&Rank<'_>, usize)> = (0..count)
            .filter(|&at| hard[at] == 0 && soft[at] > 0)
            .map(|at| (&ranks[at], at))
            .collect();
        let mut order = Vec::with_capacity(count);
        let mut done = vec![false; count];
        while let Some((_, at)) = ready.pop_first().or_else(|| wishing.pop_first()) {
            done[at] = true;
            order.push(at);
            for &then in &self.after[at] {
                hard[then] -= 1;
                if hard[then] == 0 && !done[then] {
                    let set = if soft[then] == 0 { &mut ready } else { &mut wishing };
                    set.insert((&ranks[then], then));
                }
            }
            for &then in &self.soft_after[at] {
                soft[then] -= 1;
                if soft[then] == 0 && hard[then] == 0 && !done[then] {
                    wishing.remove(&(&ranks[then], then));
                    ready.insert((&ranks[then], then));
                }
            }
        }
        if order.len() < count {
            return Err(self.circle(&done));
        }
        self.levels(&order);
        let mut steps: Vec<Option<Step<'a>>> = self.steps.into_iter().map(Some).collect();
        Ok(order.into_iter().filter_map(|at| steps[at].take()).collect())
    }

    /// The transaction or file of each step: no earlier than those of what it needs.
    fn levels(&mut self, order: &[usize]) {
        let early = self.steps.iter().any(|step| step.mode == Mode::Early && !step.sql.is_empty());
        let main = if early { 2 } else { 0 };
        for step in &mut self.steps {
            step.level = match step.mode {
                Mode::Early => 0,
                Mode::Solo => main + 1,
                Mode::Together => main,
                Mode::Later => main + 2,
            };
        }
        for &at in order {
            let (level, solo) = (self.steps[at].level, self.steps[at].mode == Mode::Solo);
            for &then in &self.after[at] {
                let next = &mut self.steps[then];
                // Even levels are transactions, odd ones are not.
                let least = match (solo, next.mode == Mode::Solo) {
                    (true, false) | (false, true) => level + 1,
                    _ if next.mode == Mode::Later
                        && self.places.get(&(Verb::Finish, next.id)) == Some(&then) =>
                    {
                        level.max(main) + 2
                    }
                    _ => level,
                };
                // What has no statements waits nowhere.
                next.level = next.level.max(least);
            }
        }
    }

    fn rank(&self, step: &Step<'a>, a: &'a Facts, b: &'a Facts) -> Rank<'a> {
        let kind = step.id.kind;
        let is_said = matches!(kind, Kind::Comment | Kind::Acl | Kind::Owner | Kind::SequenceOwner);
        let facts = if step.verb == Verb::Drop { a } else { b };
        let parent = facts.get(step.id).and_then(|fact| fact.parent.as_ref());
        let is_part =
            parent.is_some_and(|parent| self.places.contains_key(&(Verb::Create, parent)));
        let class = match step.verb {
            Verb::Create if is_said || step.sql.is_empty() => 0,
            Verb::Drop | Verb::Alter if step.sql.is_empty() => 0,
            _ if step.mode == Mode::Early => 1,
            Verb::Drop => 2,
            Verb::Alter | Verb::Finish => 3,
            Verb::Create if is_part => 4,
            Verb::Create => 5,
        };
        let kind = kind as i16;
        Rank {
            class,
            kind: if step.verb == Verb::Drop { -kind } else { kind },
            of: if is_said { None } else { parent },
            position: position(facts, step.id),
            id: step.id,
            verb: step.verb,
        }
    }

    /// Objects that wait for each other.
    fn circle(&self, done: &[bool]) -> Vec<String> {
        let mut before: Vec<Option<usize>> = vec![None; self.steps.len()];
        for (first, hops) in self.after.iter().enumerate().filter(|(first, _)| !done[*first]) {
            for &then in hops.iter().filter(|then| !done[**then]) {
                before[then] = Some(first);
            }
        }
        let mut at = done.iter().position(|done| !done).unwrap_or_default();
        let mut seen = vec![false; self.steps.len()];
        while let (false, Some(next)) = (seen[at], before[at]) {
            seen[at] = true;
            at = next;
        }
        let (start, mut names) = (at, Vec::new());
        loop {
            let step = &self.steps[at];
            names.push(format!("{:?} {}", step.verb, step.id).to_lowercase());
            match before[at] {
                Some(next) if next != start && names.len() < 50 => at = next,
                _ => break,
            }
        }
        names.reverse();
        names
    }
}

/// Which of the steps that could come next does: comments with their object, drops before changes before the new.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    class: u8,
    kind: i16,
    of: Option<&'a Id>,
    position: i16,
    id: &'a Id,
    verb: Verb,
}
