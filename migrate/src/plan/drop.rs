//! Statements that take an object away.

use super::create::{enable_trigger, set_default};
use super::planner::Planner;
use super::sql::target;
use crate::facts::{Body, Fact, Id, Kind, Table};

impl Planner<'_> {
    /// What takes the object away, each without its semicolon.
    pub(super) fn remove(&self, fact: &Fact) -> Vec<String> {
        let (id, name) = (&fact.id, &fact.id.name);
        let of = id.of_name();
        match &fact.body {
            Body::DomainConstraint { .. } => {
                vec![format!("alter domain {of} drop constraint {name}")]
            }
            Body::SequenceOwner { .. } => vec![format!("alter sequence {of} owned by none")],
            Body::Column(_) => vec![format!("alter table {of} drop column {name}")],
            Body::Default { .. } => vec![set_default(of, name, self.default_above(id))],
            Body::Constraint(_) => vec![format!("alter table {of} drop constraint {name}")],
            Body::Trigger(_) | Body::Policy(_) => {
                vec![format!("drop {} {name} on {of}", id.kind.name())]
            }
            Body::TriggerState { .. } => match self.trigger_above(fact) {
                Some(state) => vec![enable_trigger(of, name, state)],
                None => Vec::new(),
            },
            Body::Comment { .. } => {
                let of = id.owner().unwrap_or(id);
                vec![format!("comment on {} is null", target(self.a, of))]
            }
            Body::Owner { .. } => {
                let of = id.owner().unwrap_or(id);
                vec![format!("alter {} owner to {}", target(self.a, of), self.b.role)]
            }
            Body::Acl(_) => self.remove_acl(fact),
            Body::DefaultAcl(acl) => {
                let mut statements = super::acl::default_privileges(acl, "revoke", &acl.granted);
                statements.extend(super::acl::default_privileges(acl, "grant", &acl.revoked));
                statements
            }
            _ => vec![format!("drop {}", target(self.a, id))],
        }
    }

    /// The default that a column of a partition has when it has none of its own.
    fn default_above(&self, default: &Id) -> Option<&str> {
        let Body::Table(Table { partition: Some(partition), .. }) =
            &self.b.get(default.owner()?)?.body
        else {
            return None;
        };
        self.default_of(&Id::column(&partition.parent, &default.name))
    }

    /// The state of the trigger that a partition's trigger follows.
    fn trigger_above(&self, state: &Fact) -> Option<&str> {
        let trigger = state.deps.iter().find(|dep| dep.kind == Kind::Trigger)?;
        match &self.b.get(trigger)?.body {
            Body::Trigger(trigger) => Some(&trigger.state),
            _ => None,
        }
    }
}
