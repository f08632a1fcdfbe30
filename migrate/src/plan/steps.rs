//! What is to be done as steps, each with its statements, and what must come before what.

use std::collections::HashSet;

use super::alter::Alter;
use super::graph::{Graph, Mode, Step, Verb};
use super::hazard::Hazard;
use super::mentions::Mentions;
use super::online;
use super::planner::Planner;
use super::sql::title;
use super::types::swap;
use crate::facts::{Body, Fact, Facts, Id, Kind};

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
        for with in self.makes.get(id).into_iter().flatten() {
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

/// Where a column stands in its table.
pub(super) fn position(facts: &Facts, id: &Id) -> i16 {
    let column = match id.kind {
        Kind::Column => Some(id),
        _ => id.owner().filter(|of| of.kind == Kind::Column),
    };
    column.and_then(|column| facts.get(column)).and_then(|fact| fact.position).unwrap_or_default()
}
