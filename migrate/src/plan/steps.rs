//! What is to be done as steps, each with its statements, and what must come before what.

use std::collections::{HashMap, HashSet};

use super::alter::{Alter, swap};
use super::graph::{Graph, Mode, Step, Verb};
use super::hazard::Hazard;
use super::mentions::Mentions;
use super::online;
use super::planner::Planner;
use super::sql::{qualified, title};
use crate::facts::{Body, ConstraintKind, Fact, Facts, Id, Kind};

impl<'a> Planner<'a> {
    /// Every step, and the order between them.
    pub(super) fn graph(&self) -> Graph<'a> {
        let mut graph = Graph::default();
        for id in &self.drop {
            if let Some(fact) = self.a.get(id) {
                graph.add(self.drop_step(fact));
            }
        }
        for id in &self.create {
            if let Some(fact) = self.b.get(id) {
                for step in self.create_steps(fact) {
                    graph.add(step);
                }
            }
        }
        for (id, alter) in &self.alter {
            for step in self.alter_steps(id, alter) {
                graph.add(step);
            }
        }
        self.order_by_dependencies(&mut graph);
        self.order_by_names(&mut graph);
        self.order_default_privileges(&mut graph);
        self.order_column_privileges(&mut graph);
        self.order_by_mentions(&mut graph);
        graph
    }

    fn drop_step(&self, fact: &'a Fact) -> Step<'a> {
        let id = &fact.id;
        let rebuilt = self.create.contains(id);
        let mut step = Step::new(Verb::Drop, id);
        // What a partition shows again because something above it changed was never gone.
        let swapped = id.owner().is_some_and(|of| self.is_swapped(of));
        let nothing = self.implied.contains_key(id) || swapped || self.is_on_lost_sequence(fact);
        if nothing || (rebuilt && self.own.contains(id) && id.kind == Kind::TriggerState) {
            return step;
        }
        let again = if rebuilt { ", to be made again" } else { "" };
        step.comment = format!("Drop {}{again}", title(self.a, id));
        step.sql = self.remove(fact);
        step.hazards = self.dangers_of_drop(fact, rebuilt);
        if self.online && !rebuilt && online::can_drop(fact) {
            step.sql = vec![format!("drop index concurrently {}", id.name)];
            step.mode = Mode::Solo;
        } else if self.online && rebuilt && self.own.contains(id) && online::can_drop(fact) {
            // It serves until the new one does.
            let old = super::create::old_name(&id.name);
            step.comment = format!("Put {} aside, to be replaced", title(self.a, id));
            step.sql = vec![format!("alter index {} rename to {old}", id.name)];
            step.hazards.clear();
        }
        // What goes with it is lost as well.
        for (gone, with) in &self.implied {
            if *with == id && matches!(gone.kind, Kind::Table) {
                step.hazards.extend(
                    self.a.get(gone).map(|f| self.dangers_of_drop(f, false)).unwrap_or_default(),
                );
            }
        }
        step
    }

    /// Comments and privileges of a sequence go with the identity of its column.
    fn is_on_lost_sequence(&self, fact: &Fact) -> bool {
        let Some(of) = fact.id.owner().filter(|of| of.kind == Kind::Sequence) else { return false };
        let Some(column) = fact.parent.as_ref().filter(|parent| parent.kind == Kind::Column) else {
            return false;
        };
        let identity = self.column(self.b, column).and_then(|column| column.identity.as_ref());
        identity.is_none_or(|identity| *identity.name != *of.name)
    }

    fn create_steps(&self, fact: &'a Fact) -> Vec<Step<'a>> {
        let id = &fact.id;
        let mut step = Step::new(Verb::Create, id);
        if self.made_with.contains_key(id) {
            if let Body::Column(column) = &fact.body
                && column.inherited
                && fact.parent.as_ref().is_some_and(|table| self.is_kept(table))
            {
                step.sql = self.partition_column(fact, column);
                step.comment = format!("Change {}", title(self.b, id));
            }
            return vec![step];
        }
        let rebuilt = self.drop.contains(id) && !self.own.contains(id);
        step.comment = match id.kind {
            Kind::Comment
            | Kind::Acl
            | Kind::Owner
            | Kind::Default
            | Kind::SequenceOwner
            | Kind::TriggerState => {
                format!("Set {}", title(self.b, id))
            }
            Kind::Column => format!("Add {}", title(self.b, id)),
            _ => format!("Create {}", title(self.b, id)),
        };
        step.sql = self.create(fact);
        step.sql.extend(self.revokes(fact));
        step.hazards = self.dangers_of_create(fact);
        for with in self.made_with.iter().filter(|(_, with)| **with == id).map(|(id, _)| *id) {
            if let Some(part) = self.b.get(with).filter(|part| part.id.kind != Kind::Column) {
                step.hazards.extend(self.dangers_of_create(part));
            }
        }
        match fact.parent.as_ref() {
            Some(table) if self.online && !rebuilt && self.is_kept(table) => {
                online::create(self, fact, step)
            }
            _ => vec![step],
        }
    }

    /// What takes back privileges that a new object has by itself.
    fn revokes(&self, fact: &'a Fact) -> Vec<String> {
        let mut statements = self.revoke_unwanted(&fact.id);
        let columns: Vec<&Fact> = match fact.id.kind {
            Kind::Column => vec![fact],
            Kind::Table => self.parts(&fact.id).collect(),
            _ => Vec::new(),
        };
        for column in columns {
            if let Body::Column(column) = &column.body
                && let Some(identity) = &column.identity
            {
                let sequence = Id::new(Kind::Sequence, identity.name.as_str());
                statements.extend(self.revoke_unwanted(&sequence));
            }
        }
        statements
    }

    fn alter_steps(&self, id: &'a Id, alter: &Alter) -> Vec<Step<'a>> {
        let (Some(from), Some(to)) = (self.a.get(id), self.b.get(id)) else { return Vec::new() };
        let mut step = Step::new(Verb::Alter, id);
        step.hazards = self.dangers_of_alter(from, to);
        step.comment = match id.kind {
            Kind::Function => format!("Replace {}", title(self.b, id)),
            _ => format!("Change {}", title(self.b, id)),
        };
        match alter {
            Alter::Swap => return self.swap_steps(id, step),
            Alter::Early(statements) => {
                step.mode = Mode::Early;
                step.comment = format!("Add values to {}", title(self.b, id));
                step.sql.clone_from(statements);
            }
            Alter::InPlace(statements) => step.sql.clone_from(statements),
            Alter::Replace => {}
        }
        if let (Body::Column(a), Body::Column(b)) = (&from.body, &to.body) {
            if a.identity.is_none() && b.identity.is_some() {
                step.sql.extend(self.revokes(to));
            }
            if self.online && b.not_null && !a.not_null {
                return online::not_null(step);
            }
        }
        vec![step]
    }

    /// A type made anew: the columns move once everything that the new type needs is there.
    fn swap_steps(&self, id: &'a Id, mut step: Step<'a>) -> Vec<Step<'a>> {
        let columns: Vec<&Fact> = self
            .dependents(id)
            .iter()
            .filter(|dependent| dependent.kind == Kind::Column && !self.drop.contains(*dependent))
            .filter_map(|column| self.b.get(column))
            .filter(|column| column.deps.contains(id))
            .collect();
        let (first, rest) = swap(self, id, &columns);
        step.comment = format!("Create {} anew", title(self.b, id));
        step.sql = first;
        step.sql.extend(self.revoke_unwanted(id));
        let mut move_over = Step::new(Verb::Finish, id);
        move_over.comment = format!("Move columns to the new {}", title(self.b, id));
        move_over.sql = rest;
        for column in columns
            .iter()
            .filter(|column| self.column(self.b, &column.id).is_some_and(|c| !c.inherited))
        {
            let sentence = format!(
                "{}.{} is written again under an exclusive lock",
                column.id.of_name(),
                column.id.name
            );
            move_over.hazards.push(Hazard::new("PG301", sentence));
        }
        vec![step, move_over]
    }

    /// What stands for an object where things are made.
    fn made(&self, mut id: &'a Id) -> &'a Id {
        while let Some(with) = self.made_with.get(id) {
            id = with;
        }
        id
    }

    /// What stands for an object where things are dropped.
    fn gone(&self, mut id: &'a Id) -> &'a Id {
        while let Some(with) = self.implied.get(id) {
            id = with;
        }
        id
    }

    fn order_by_dependencies(&self, graph: &mut Graph<'a>) {
        use Verb::{Alter, Create, Drop, Finish};
        for id in &self.drop {
            let gone = self.gone(id);
            // Parts leave their place with the whole.
            graph.edge((Drop, gone), (Drop, id));
            graph.edge((Drop, gone), (Create, self.created_key(id)));
            graph.edge((Drop, id), (Create, id));
        }
        for fact in self.a.iter() {
            for dep in &fact.deps {
                let gone = self.gone(&fact.id);
                if self.drop.contains(&fact.id) {
                    let target = self.gone_key(dep);
                    if gone != target {
                        graph.edge((Drop, gone), (Drop, target));
                    }
                    graph.edge((Drop, gone), (Alter, dep));
                }
                graph.edge((Alter, &fact.id), (Drop, self.gone_key(dep)));
                if self.is_swapped(dep) {
                    graph.edge((Finish, &fact.id), (Finish, dep));
                    let moved = self.b.get(&fact.id).is_some_and(|to| to.deps.contains(dep));
                    if !moved {
                        graph.edge((Alter, &fact.id), (Finish, dep));
                    }
                }
                // A column that changes its type takes what hangs on it down first.
                if self.retype.contains(dep) && self.drop.contains(&fact.id) {
                    for up in self.a.get(dep).into_iter().flat_map(|column| &column.deps) {
                        if self.is_swapped(up) {
                            graph.edge((Drop, gone), (Finish, up));
                        }
                        // A column of a partition changes with the one above.
                        if up.kind == Kind::Column {
                            graph.edge((Drop, gone), (Alter, up));
                        }
                    }
                }
            }
        }
        for fact in self.b.iter() {
            let id = &fact.id;
            let made = self.made(id);
            if made != id {
                graph.edge((Create, made), (Create, id));
            }
            for dep in &fact.deps {
                let from = self.made(dep);
                for earlier in [(Create, from), (Alter, dep), (Finish, dep)] {
                    if earlier.1 != made {
                        graph.edge(earlier, (Create, made));
                    }
                    let swap_waits = earlier.0 == Finish && self.is_swapped(id);
                    // Settings of a table may follow its columns, but a partition must be attached to have them.
                    let setting =
                        earlier.0 == Alter && dep.kind == Kind::Table && id.kind == Kind::Column;
                    if !swap_waits && !setting {
                        graph.edge(earlier, (Alter, id));
                    }
                    if setting && self.changes_partition(dep) {
                        match self.table(self.b, dep).is_some_and(|t| t.partition.is_some()) {
                            true => graph.edge((Alter, id), (Alter, dep)),
                            false => graph.edge((Alter, dep), (Alter, id)),
                        }
                    }
                }
                // After the columns have moved to the new type.
                if self.retype.contains(dep) {
                    for up in self.b.get(dep).into_iter().flat_map(|column| &column.deps) {
                        if self.is_swapped(up) {
                            graph.edge((Finish, up), (Create, made));
                        }
                        if up.kind == Kind::Column {
                            graph.edge((Alter, up), (Create, made));
                        }
                    }
                }
            }
        }
        for id in self.create.iter().chain(self.alter.keys()) {
            graph.edge((Create, id), (Finish, id));
            graph.edge((Alter, id), (Finish, id));
        }
    }

    fn created_key(&self, id: &'a Id) -> &'a Id {
        match self.b.get(id) {
            Some(fact) => self.made(&fact.id),
            None => id,
        }
    }

    fn gone_key(&self, id: &'a Id) -> &'a Id {
        self.gone(id)
    }

    /// Whether a table becomes a partition, or another one's, or none.
    fn changes_partition(&self, id: &Id) -> bool {
        match (self.table(self.a, id), self.table(self.b, id)) {
            (Some(a), Some(b)) => a.partition != b.partition,
            _ => false,
        }
    }

    /// A name is free once its last bearer is gone.
    fn order_by_names(&self, graph: &mut Graph<'a>) {
        let mut freed: HashMap<String, Vec<&'a Id>> = HashMap::new();
        for id in &self.drop {
            for name in self.a.get(id).into_iter().flat_map(names) {
                freed.entry(name).or_default().push(id);
            }
        }
        for id in &self.create {
            for name in self.b.get(id).into_iter().flat_map(names) {
                for old in freed.get(&name).into_iter().flatten().filter(|old| *old != id) {
                    graph.edge((Verb::Drop, self.gone(old)), (Verb::Create, self.made(id)));
                }
            }
        }
    }

    /// Default privileges change before anything is made that they apply to.
    fn order_default_privileges(&self, graph: &mut Graph<'a>) {
        let changed = |set: &mut dyn Iterator<Item = &'a Id>| -> Vec<&'a Id> {
            set.filter(|id| id.kind == Kind::DefaultAcl).collect()
        };
        let mut earlier: Vec<(Verb, &'a Id)> = Vec::new();
        earlier
            .extend(changed(&mut self.drop.iter().copied()).into_iter().map(|id| (Verb::Drop, id)));
        earlier.extend(
            changed(&mut self.alter.keys().copied()).into_iter().map(|id| (Verb::Alter, id)),
        );
        earlier.extend(
            changed(&mut self.create.iter().copied()).into_iter().map(|id| (Verb::Create, id)),
        );
        for id in &self.create {
            let applies = matches!(
                id.kind,
                Kind::Table
                    | Kind::View
                    | Kind::MatView
                    | Kind::Sequence
                    | Kind::Function
                    | Kind::Enum
                    | Kind::Domain
                    | Kind::Composite
                    | Kind::Range
            );
            if applies && !self.made_with.contains_key(id) {
                for key in &earlier {
                    graph.edge(*key, (Verb::Create, id));
                }
            }
        }
    }

    /// Privileges on a table change before those on its columns, which would go with them.
    fn order_column_privileges(&self, graph: &mut Graph<'a>) {
        for fact in self.b.iter().filter(|fact| fact.id.kind == Kind::Acl) {
            let column = fact.id.owner().filter(|of| of.kind == Kind::Column);
            let Some(table) = column.and_then(Id::owner) else { continue };
            let whole = Id::of(Kind::Acl, table.clone(), fact.id.name.clone());
            let Some(whole) = self.a.get(&whole) else { continue };
            for first in [Verb::Drop, Verb::Alter] {
                graph.edge((first, &whole.id), (Verb::Create, &fact.id));
                graph.edge((first, &whole.id), (Verb::Alter, &fact.id));
            }
        }
    }

    /// A function is best made after what its body names: whatever runs it then finds that.
    fn order_by_mentions(&self, graph: &mut Graph<'a>) {
        let mentions = Mentions::new(self.create.iter().copied());
        let functions = self.create.iter().map(|id| (Verb::Create, *id));
        for key in functions.chain(self.alter.keys().map(|id| (Verb::Alter, *id))) {
            let Some(Body::Function(function)) = self.b.get(key.1).map(|fact| &fact.body) else {
                continue;
            };
            for named in mentions.of(&function.source).filter(|named| *named != key.1) {
                graph.soft_edge((Verb::Create, self.made(named)), key);
            }
        }
    }

    /// Functions whose bodies name what is made after them, in the order of the steps.
    pub(super) fn names_what_comes_later(&self, steps: &[Step<'a>]) -> bool {
        let mentions = Mentions::new(self.create.iter().copied());
        let mut made: HashSet<&Id> = HashSet::new();
        for step in steps {
            if let Some(Body::Function(function)) = self.b.get(step.id).map(|fact| &fact.body)
                && !step.sql.is_empty()
                && step.verb != Verb::Drop
                && mentions
                    .of(&function.source)
                    .any(|named| named != step.id && !made.contains(self.made(named)))
            {
                return true;
            }
            if step.verb == Verb::Create {
                made.insert(step.id);
            }
        }
        false
    }
}

/// Names that only one object of a database can have, by name space.
fn names(fact: &Fact) -> Vec<String> {
    let id = &fact.id;
    let relation = |name: &str| format!("relation {name}");
    let data_type = |name: &str| format!("type {name}");
    match (&fact.body, id.kind) {
        (_, Kind::Table | Kind::View | Kind::MatView | Kind::Composite) => {
            vec![relation(&id.name), data_type(&id.name)]
        }
        (_, Kind::Sequence | Kind::Index) => vec![relation(&id.name)],
        (_, Kind::Enum | Kind::Domain) => vec![data_type(&id.name)],
        (Body::Range(range), _) => vec![data_type(&id.name), data_type(&range.multirange)],
        (Body::Constraint(constraint), _)
            if !matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::ForeignKey) =>
        {
            let (schema, _) = qualified(id.of_name());
            vec![relation(&format!("{schema}.{}", id.name))]
        }
        (Body::Column(column), _) => {
            column.identity.iter().map(|identity| relation(&identity.name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a column stands in its table.
pub(super) fn position(facts: &Facts, id: &Id) -> i16 {
    let column = match id.kind {
        Kind::Column => Some(id),
        _ => id.owner().filter(|of| of.kind == Kind::Column),
    };
    column.and_then(|column| facts.get(column)).and_then(|fact| fact.position).unwrap_or_default()
}
