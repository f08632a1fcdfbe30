//! What must come before what.

use std::collections::HashMap;

use super::graph::{Graph, Verb};
use super::mentions::Mentions;
use super::planner::Planner;
use super::sql::qualified;
use crate::facts::{Body, ConstraintKind, Fact, Id, Kind};

impl<'a> Planner<'a> {
    /// What stands for an object where things are made.
    pub(super) fn made(&self, mut id: &'a Id) -> &'a Id {
        while let Some(with) = self.made_with.get(id) {
            id = with;
        }
        id
    }

    /// What stands for an object where things are dropped.
    pub(super) fn gone(&self, mut id: &'a Id) -> &'a Id {
        while let Some(with) = self.implied.get(id) {
            id = with;
        }
        id
    }

    pub(super) fn order_by_dependencies(&self, graph: &mut Graph<'a>) {
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
    pub(super) fn order_by_names(&self, graph: &mut Graph<'a>) {
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
    pub(super) fn order_default_privileges(&self, graph: &mut Graph<'a>) {
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
    pub(super) fn order_column_privileges(&self, graph: &mut Graph<'a>) {
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
    pub(super) fn order_by_mentions(&self, graph: &mut Graph<'a>) {
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
