//! What is dropped, made and altered: first what differs, then what hangs on it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::absorb::Absorb;
use super::alter::Alter;
use crate::facts::{
    Body, Column, Constraint, ConstraintKind, DefaultAcl, Fact, Facts, Id, Kind, Table,
};

/// Two states and what is to be done with each object.
pub(super) struct Planner<'a> {
    pub(super) a: &'a Facts,
    pub(super) b: &'a Facts,
    pub(super) online: bool,
    /// What hangs on an object in the first state.
    reverse: HashMap<&'a Id, Vec<&'a Id>>,
    /// What belongs to an object in the second state.
    parts: HashMap<&'a Id, Vec<&'a Fact>>,
    pub(super) drop: BTreeSet<&'a Id>,
    pub(super) create: BTreeSet<&'a Id>,
    pub(super) alter: BTreeMap<&'a Id, Alter>,
    /// Columns that get another type, or the same type made anew.
    pub(super) retype: BTreeSet<&'a Id>,
    /// What differed by itself, before anything was rebuilt for the sake of others.
    pub(super) own: HashSet<&'a Id>,
    /// Made together with the object it belongs to.
    pub(super) inline: HashSet<&'a Id>,
    /// Needs no statement because another object's makes it: what, with what.
    pub(super) made_with: HashMap<&'a Id, &'a Id>,
    /// The reverse of that: what a statement makes besides.
    pub(super) makes: HashMap<&'a Id, Vec<&'a Id>>,
    /// Default privileges of the second state.
    pub(super) default_acls: Vec<&'a DefaultAcl>,
    /// Goes by itself when something else goes: what, with what.
    pub(super) implied: HashMap<&'a Id, &'a Id>,
}

impl<'a> Planner<'a> {
    /// Compares; nothing is ordered yet.
    pub(super) fn new(a: &'a Facts, b: &'a Facts, online: bool) -> Planner<'a> {
        let mut reverse: HashMap<&Id, Vec<&Id>> = HashMap::new();
        for fact in a.iter() {
            for dep in &fact.deps {
                reverse.entry(dep).or_default().push(&fact.id);
            }
        }
        let mut parts: HashMap<&Id, Vec<&Fact>> = HashMap::new();
        for fact in b.iter() {
            if let Some(parent) = &fact.parent {
                parts.entry(parent).or_default().push(fact);
            }
        }
        let mut planner = Planner {
            a,
            b,
            online,
            reverse,
            parts,
            drop: BTreeSet::new(),
            create: BTreeSet::new(),
            alter: BTreeMap::new(),
            retype: BTreeSet::new(),
            own: HashSet::new(),
            inline: HashSet::new(),
            made_with: HashMap::new(),
            makes: HashMap::new(),
            default_acls: Vec::new(),
            implied: HashMap::new(),
        };
        planner.default_acls = b
            .iter()
            .filter_map(|fact| match &fact.body {
                Body::DefaultAcl(acl) => Some(acl),
                _ => None,
            })
            .collect();
        planner.compare();
        planner
    }

    /// Follows dependencies, then decides what needs no statement of its own.
    pub(super) fn complete(&mut self) {
        self.close();
        self.reemit();
        self.absorb_drops();
        self.absorb_creates();
    }

    fn compare(&mut self) {
        for fact in self.a.iter() {
            match self.b.get(&fact.id) {
                None => {
                    self.drop.insert(&fact.id);
                    self.own.insert(&fact.id);
                }
                Some(to) if to.body != fact.body => {
                    self.own.insert(&fact.id);
                    match self.alter(fact, to) {
                        Alter::InPlace(statements)
                            if statements.is_empty() && fact.id.kind != Kind::Column => {}
                        Alter::Replace => self.replace(&fact.id),
                        Alter::Swap if !self.has_columns(&fact.id) => self.replace(&fact.id),
                        alter => {
                            if let (Body::Column(x), Body::Column(y)) = (&fact.body, &to.body)
                                && (&x.data_type, &x.collation) != (&y.data_type, &y.collation)
                            {
                                self.retype.insert(&fact.id);
                            }
                            self.alter.insert(&fact.id, alter);
                        }
                    }
                }
                Some(_) => {}
            }
        }
        for fact in self.b.iter().filter(|fact| !self.a.contains(&fact.id)) {
            self.create.insert(&fact.id);
            self.own.insert(&fact.id);
        }
        self.adopt();
    }

    /// Drops an object, and makes it again if the second state has it.
    fn replace(&mut self, id: &'a Id) {
        self.alter.remove(id);
        self.drop.insert(id);
        if self.b.contains(id) {
            self.create.insert(id);
        }
    }

    /// Types whose columns move to a new type of the same name.
    pub(super) fn is_swapped(&self, id: &Id) -> bool {
        matches!(self.alter.get(id), Some(Alter::Swap))
    }

    /// Takes down, and builds again, what hangs on something that goes, comes back or changes its type.
    fn close(&mut self) {
        let mut work: Vec<&'a Id> = self.drop.iter().chain(&self.retype).copied().collect();
        work.extend(self.alter.iter().filter(|(_, how)| **how == Alter::Swap).map(|(id, _)| *id));
        let mut seen: HashSet<&'a Id> = HashSet::new();
        while let Some(id) = work.pop() {
            if !seen.insert(id) {
                continue;
            }
            let swapped = self.is_swapped(id);
            let dropped = self.drop.contains(id);
            for dependent in self.reverse.get(id).cloned().unwrap_or_default() {
                if self.drop.contains(dependent) {
                    work.push(dependent);
                } else if swapped {
                    self.follow_swap(id, dependent, &mut work);
                } else if dropped {
                    self.follow_drop(id, dependent, &mut work);
                } else {
                    self.follow_retype(dependent, &mut work);
                }
            }
        }
    }

    /// What becomes of something that hangs on a type made anew.
    fn follow_swap(&mut self, id: &'a Id, dependent: &'a Id, work: &mut Vec<&'a Id>) {
        match dependent.kind {
            Kind::Column => {
                let stays = self.b.get(dependent).is_some_and(|fact| fact.deps.contains(id));
                if self.column(self.a, dependent).is_some_and(|column| column.generated.is_some()) {
                    self.replace(dependent);
                } else if stays {
                    self.retype.insert(dependent);
                    let default = Id { kind: Kind::Default, ..dependent.clone() };
                    if let Some(fact) = self.a.get(&default) {
                        self.replace(&fact.id);
                        work.push(&fact.id);
                    }
                }
                work.push(dependent);
            }
            // They come back with the new type; the old one takes its own along.
            Kind::Acl | Kind::Comment | Kind::Owner if dependent.owner() == Some(id) => {
                self.replace(dependent);
            }
            Kind::DomainConstraint if dependent.owner() == Some(id) => self.replace(dependent),
            _ => self.follow_drop(id, dependent, work),
        }
    }

    /// What becomes of something that hangs on an object that goes.
    fn follow_drop(&mut self, id: &'a Id, dependent: &'a Id, work: &mut Vec<&'a Id>) {
        let lets_go = matches!(self.alter.get(dependent), Some(Alter::InPlace(_)))
            && self.b.get(dependent).is_some_and(|fact| !fact.deps.contains(id));
        match dependent.kind {
            // It is changed before that goes.
            kind if lets_go && kind != Kind::Column => return,
            Kind::Column => {
                let goes = match id.kind {
                    Kind::Table | Kind::Column => true,
                    _ => self
                        .column(self.a, dependent)
                        .is_some_and(|column| column.generated.is_some()),
                };
                if !goes {
                    return;
                }
                self.replace(dependent);
            }
            Kind::Schema | Kind::Extension | Kind::Sequence => return,
            // Nothing but the end of the table above ends a table.
            Kind::Table if id.kind != Kind::Table => return,
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range
                if self.b.contains(dependent) && self.has_columns(dependent) =>
            {
                self.alter.insert(dependent, Alter::Swap);
            }
            _ => self.replace(dependent),
        }
        work.push(dependent);
    }

    /// What becomes of something that hangs on a column whose type changes.
    fn follow_retype(&mut self, dependent: &'a Id, work: &mut Vec<&'a Id>) {
        match dependent.kind {
            // PostgreSQL carries these over by itself.
            Kind::Constraint | Kind::Index | Kind::Statistics => {}
            Kind::Acl | Kind::Comment | Kind::SequenceOwner => {}
            Kind::Default => {
                let changed = self.alter.contains_key(dependent) || !self.b.contains(dependent);
                if changed {
                    self.replace(dependent);
                }
            }
            Kind::Column => {
                let column = self.column(self.a, dependent);
                if column.is_some_and(|column| column.generated.is_some() && !column.inherited) {
                    self.replace(dependent);
                } else {
                    self.retype.insert(dependent);
                }
                work.push(dependent);
            }
            _ => {
                self.replace(dependent);
                work.push(dependent);
            }
        }
    }

    /// What goes by itself: with its table, with a column of it, with the object it is about.
    fn absorb_drops(&mut self) {
        let mut absorb = Absorb::new(self.a, &self.drop);
        for id in &self.foreign_keys_last(self.a, &self.drop) {
            let Some(fact) = self.a.get(id) else { continue };
            if let Some(with) = self.goes_with(fact) {
                absorb.absorb(id, with);
            }
        }
        self.implied = absorb.into_map();
    }

    /// A foreign key needs another key, which by then must have found its place.
    fn foreign_keys_last(&self, facts: &'a Facts, set: &BTreeSet<&'a Id>) -> Vec<&'a Id> {
        let is_key = |id: &Id| match facts.get(id).map(|fact| &fact.body) {
            Some(Body::Constraint(constraint)) => constraint.kind == ConstraintKind::ForeignKey,
            _ => false,
        };
        let mut all: Vec<&'a Id> = set.iter().copied().collect();
        all.sort_by_key(|id| is_key(id));
        all
    }

    /// The object whose end is also the end of this one.
    fn goes_with(&self, fact: &'a Fact) -> Option<&'a Id> {
        let id = &fact.id;
        if let Some(parent) = fact.parent.as_ref().filter(|parent| self.drop.contains(parent)) {
            return Some(parent);
        }
        match id.kind {
            Kind::Constraint | Kind::Index | Kind::Statistics => {
                let table = fact.parent.as_ref()?;
                fact.deps.iter().find(|dep| {
                    dep.kind == Kind::Column
                        && dep.owner() == Some(table)
                        && self.drop.contains(dep)
                })
            }
            // With the column that owns it, or with its table.
            Kind::Sequence => {
                let owner = self.a.get(&Id::of(Kind::SequenceOwner, id.clone(), ""))?;
                let column = owner.deps.iter().find(|dep| dep.kind == Kind::Column)?;
                self.drop.contains(column).then_some(column)
            }
            // With the column above.
            Kind::Column => {
                let column = self.column(self.a, id)?;
                let above =
                    fact.deps.iter().find(|dep| dep.kind == Kind::Column && dep.name == id.name);
                above.filter(|above| column.inherited && self.drop.contains(above))
            }
            _ => None,
        }
    }

    /// What is made with the object it belongs to.
    fn absorb_creates(&mut self) {
        let mut absorb = Absorb::new(self.b, &self.create);
        let all = self.foreign_keys_last(self.b, &self.create);
        for id in &all {
            let Some(fact) = self.b.get(id) else { continue };
            if id.kind == Kind::Column {
                let table = fact.parent.as_ref().filter(|table| self.create.contains(table));
                let above = || {
                    let column = self.column(self.b, id)?;
                    let mut deps = fact.deps.iter();
                    deps.find(|dep| dep.kind == Kind::Column && dep.name == id.name)
                        .filter(|_| column.inherited)
                };
                if let Some(with) = table.or_else(above) {
                    absorb.force(id, with);
                }
            }
        }
        for id in &all {
            let Some(fact) = self.b.get(id) else { continue };
            let Some(parent) = fact.parent.as_ref().filter(|p| self.create.contains(p)) else {
                continue;
            };
            let wanted = match &fact.body {
                Body::Default { .. } => {
                    self.column(self.b, parent).is_some_and(|column| !column.inherited)
                }
                Body::Constraint(Constraint { valid, .. }) => {
                    *valid && self.table(self.b, parent).is_some_and(|t| t.partition.is_none())
                }
                Body::DomainConstraint { valid, .. } => *valid,
                _ => false,
            };
            if wanted && absorb.absorb(id, parent) {
                self.inline.insert(id);
            }
        }
        self.made_with = absorb.into_map();
        for (id, with) in &self.made_with {
            self.makes.entry(with).or_default().push(id);
        }
    }

    /// Facts that belong to an object in the second state.
    pub(super) fn parts(&self, id: &Id) -> impl Iterator<Item = &'a Fact> + use<'a, '_> {
        self.parts.get(id).into_iter().flatten().copied()
    }

    /// What hangs on an object in the first state.
    pub(super) fn dependents(&self, id: &Id) -> &[&'a Id] {
        self.reverse.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether columns that stay have this type, directly or by way of another type.
    pub(super) fn has_columns(&self, id: &Id) -> bool {
        self.dependents(id).iter().any(|dependent| match dependent.kind {
            Kind::Column => self.b.contains(dependent),
            Kind::Domain | Kind::Composite | Kind::Range => self.has_columns(dependent),
            _ => false,
        })
    }

    /// Whether an object was there before and stays the same one.
    pub(super) fn is_kept(&self, id: &Id) -> bool {
        self.a.contains(id) && !self.drop.contains(id)
    }

    pub(super) fn column<'f>(&self, facts: &'f Facts, id: &Id) -> Option<&'f Column> {
        match &facts.get(id)?.body {
            Body::Column(column) => Some(column),
            _ => None,
        }
    }

    pub(super) fn table<'f>(&self, facts: &'f Facts, id: &Id) -> Option<&'f Table> {
        match &facts.get(id)?.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }
}
