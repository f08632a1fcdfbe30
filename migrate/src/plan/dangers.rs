//! What may go wrong with a change, by kind.

use super::column::{Retype, retype};
use super::hazard::Hazard;
use super::planner::Planner;
use crate::facts::{Body, Column, ConstraintKind, Fact, Id, Kind};

impl Planner<'_> {
    /// Dangers of making an object.
    pub(super) fn dangers_of_create(&self, fact: &Fact) -> Vec<Hazard> {
        let (id, name) = (&fact.id, &fact.id.name);
        let of = id.of_name();
        // A table that was there before may have rows, and is in use.
        let used = fact.parent.as_ref().is_some_and(|table| self.is_kept(table));
        let mut dangers = Vec::new();
        let mut danger = |code, sentence: String| dangers.push(Hazard::new(code, sentence));
        match &fact.body {
            Body::Column(column) if used && !column.inherited => {
                let default = self.default_of(id);
                let fills =
                    default.is_some() || column.identity.is_some() || column.generated.is_some();
                if column.not_null && !fills {
                    danger(
                        "MF103",
                        format!(
                            "{of}.{name} is not null without default: fails on a table with rows; fill it first"
                        ),
                    );
                }
                let volatile = default.is_some_and(|_| self.is_volatile_default(id));
                if volatile || column.identity.is_some() || column.generated.is_some() {
                    danger(
                        "PG302",
                        format!(
                            "adding {of}.{name} writes table {of} again under an exclusive lock"
                        ),
                    );
                }
            }
            Body::Constraint(constraint) if used => match constraint.kind {
                ConstraintKind::ForeignKey if constraint.valid && !self.online => {
                    danger("PG306", format!("foreign key {name} scans {of} and locks both tables"));
                }
                ConstraintKind::Check if constraint.valid && !self.online => {
                    danger("PG305", format!("check {name} scans {of} under an exclusive lock"));
                }
                ConstraintKind::PrimaryKey if !self.online => {
                    danger(
                        "PG104",
                        format!("primary key {name} builds its index while {of} is locked"),
                    );
                }
                ConstraintKind::Unique | ConstraintKind::Exclude => {
                    if constraint.kind == ConstraintKind::Exclude || !self.online {
                        danger("PG105", format!("{name} builds its index while {of} is locked"));
                    }
                    danger("MF101", format!("{name} fails if {of} has rows that are alike"));
                }
                _ => {}
            },
            Body::Index(index) if used => {
                if !self.online || index.partitioned {
                    danger(
                        "PG101",
                        format!(
                            "index {name} is built without concurrently: {} takes no writes meanwhile",
                            parent(fact)
                        ),
                    );
                }
                if index.unique {
                    danger(
                        "MF101",
                        format!("index {name} fails if {} has rows that are alike", parent(fact)),
                    );
                }
            }
            Body::Function(function) if function.security_definer && !function.search_path => {
                danger(
                    "AR106",
                    format!("function {name} runs as its owner with the caller's search path"),
                );
            }
            Body::Acl(acl) if &**name == "PUBLIC" => {
                let builtin = matches!(
                    id.owner().map(|of| of.kind),
                    Some(Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range)
                );
                if !builtin && !self.create_acl(fact).is_empty() {
                    let privileges = acl.privileges.join(", ").to_lowercase();
                    danger("AR105", format!("grants {privileges} on {of} to everyone"));
                }
            }
            // A policy made again for the sake of others is the same one.
            Body::Policy(policy) if used && policy.permissive && self.own.contains(id) => {
                let guarded = fact.parent.as_ref().and_then(|table| self.table(self.a, table));
                if guarded.is_some_and(|table| table.row_security) {
                    danger(
                        "AR105",
                        format!("policy {name} lets more rows of {of} be seen or written"),
                    );
                }
            }
            _ => {}
        }
        dangers
    }

    /// Dangers of taking an object away for good.
    pub(super) fn dangers_of_drop(&self, fact: &Fact, rebuilt: bool) -> Vec<Hazard> {
        let (id, name) = (&fact.id, &fact.id.name);
        let of = id.of_name();
        let mut dangers = Vec::new();
        let mut danger = |code, sentence: String| dangers.push(Hazard::new(code, sentence));
        let kept = fact.parent.as_ref().is_some_and(|table| self.is_kept(table));
        match &fact.body {
            Body::Schema {} => danger("DS101", format!("schema {name} is dropped")),
            Body::Table(_) if rebuilt => {
                danger(
                    "DS102",
                    format!("table {name} is dropped and made again: its rows are lost"),
                );
            }
            Body::Table(_) => danger("DS102", format!("table {name} is dropped with its rows")),
            Body::Column(column) if kept && !column.inherited => match column.generated {
                Some(_) if rebuilt => {
                    danger(
                        "PG302",
                        format!(
                            "{of}.{name} is made again: {of} is written again under an exclusive lock"
                        ),
                    );
                }
                Some(_) => danger("BC102", format!("generated column {of}.{name} is dropped")),
                None => danger("DS103", format!("column {of}.{name} is dropped with its values")),
            },
            Body::Constraint(constraint)
                if kept && constraint.kind == ConstraintKind::ForeignKey && !rebuilt =>
            {
                danger("CD101", format!("foreign key {name} of {of} is dropped"));
            }
            Body::Index(index) if kept && (!self.online || index.partitioned || rebuilt) => {
                danger(
                    "PG102",
                    format!(
                        "index {name} is dropped without concurrently: {} is locked",
                        parent(fact)
                    ),
                );
            }
            Body::Policy(policy) if kept && !policy.permissive && !rebuilt => {
                danger("AR105", format!("restrictive policy {name} of {of} is dropped"));
            }
            Body::Relation(_) | Body::Function(_) if rebuilt => {
                danger("AR108", format!("{} {name} is made again", id.kind.name()));
            }
            Body::Enum(_) | Body::Domain(_) | Body::Composite(_) | Body::Range(_) if rebuilt => {
                danger("AR108", format!("{} {name} is made again", id.kind.name()));
            }
            _ => {}
        }
        dangers
    }

    /// Dangers of altering an object in place.
    pub(super) fn dangers_of_alter(&self, from: &Fact, to: &Fact) -> Vec<Hazard> {
        let (id, name) = (&to.id, &to.id.name);
        let of = id.of_name();
        let mut dangers = Vec::new();
        let mut danger = |code, sentence: String| dangers.push(Hazard::new(code, sentence));
        match (&from.body, &to.body) {
            (Body::Enum(a), Body::Enum(b)) => {
                let gone: Vec<_> =
                    a.labels.iter().filter(|label| !b.labels.contains(label)).cloned().collect();
                if !gone.is_empty() {
                    danger(
                        "AR102",
                        format!(
                            "enum {name} loses {}: fails on rows that have it",
                            gone.join(", ")
                        ),
                    );
                }
            }
            (Body::Composite(a), Body::Composite(b)) => {
                for (attribute, ..) in &a.attributes {
                    if !b.attributes.iter().any(|(kept, ..)| kept == attribute) {
                        danger(
                            "DS103",
                            format!("attribute {name}.{attribute} is dropped with its values"),
                        );
                    }
                }
            }
            (Body::Domain(a), Body::Domain(b)) if b.not_null && !a.not_null => {
                danger("MF104", format!("domain {name} refuses null: fails on rows that have it"));
            }
            (Body::Column(a), Body::Column(b)) if !(a.inherited && b.inherited) => {
                dangers.extend(self.dangers_of_column(id, a, b));
            }
            (Body::Constraint(a), Body::Constraint(b)) if b.valid && !a.valid => {
                let code = match b.kind {
                    ConstraintKind::ForeignKey => "PG306",
                    _ => "PG305",
                };
                danger(code, format!("validating {name} scans {of}, without stopping writes"));
            }
            (Body::Table(a), Body::Table(b)) => {
                if a.row_security && !b.row_security {
                    danger("AR105", format!("row level security of {name} is turned off"));
                }
                if a.force_row_security && !b.force_row_security && b.row_security {
                    danger(
                        "AR105",
                        format!("row level security of {name} no longer binds its owner"),
                    );
                }
            }
            (Body::Policy(a), Body::Policy(b))
                if (&a.using, &a.check, &a.roles) != (&b.using, &b.check, &b.roles) =>
            {
                danger(
                    "AR105",
                    format!(
                        "policy {name} of {of} is another one: more rows may be seen or written"
                    ),
                );
            }
            (Body::Function(_), Body::Function(b)) if b.security_definer && !b.search_path => {
                danger(
                    "AR106",
                    format!("function {name} runs as its owner with the caller's search path"),
                );
            }
            (Body::Acl(a), Body::Acl(b)) if &**name == "PUBLIC" => {
                let new: Vec<_> =
                    b.privileges.iter().filter(|p| !a.privileges.contains(p)).cloned().collect();
                if !new.is_empty() {
                    danger(
                        "AR105",
                        format!("grants {} on {of} to everyone", new.join(", ").to_lowercase()),
                    );
                }
            }
            _ => {}
        }
        dangers
    }

    fn dangers_of_column(&self, id: &Id, a: &Column, b: &Column) -> Vec<Hazard> {
        let (of, name) = (id.of_name(), &id.name);
        let mut dangers = Vec::new();
        let mut danger = |code, sentence: String| dangers.push(Hazard::new(code, sentence));
        if (&a.data_type, &a.collation) != (&b.data_type, &b.collation)
            && retype(&a.data_type, &b.data_type) == Retype::Rewrite
        {
            danger(
                "PG301",
                format!(
                    "{of}.{name} becomes {}: the table is written again under an exclusive lock",
                    b.data_type
                ),
            );
        }
        if b.not_null && !a.not_null {
            danger("MF104", format!("{of}.{name} refuses null: fails on rows that have it"));
            if !self.online {
                danger(
                    "PG303",
                    format!("{of}.{name} set not null scans the table under an exclusive lock"),
                );
            }
        }
        if b.identity.is_some() && a.identity.is_none() {
            danger(
                "MF101",
                format!(
                    "{of}.{name} counts from {} on, whatever values it has",
                    b.identity.as_ref().map_or(1, |identity| identity.sequence.start)
                ),
            );
        }
        dangers
    }

    /// Whether a default has another value in each row: its functions say so, or cannot be asked.
    fn is_volatile_default(&self, column: &Id) -> bool {
        let id = Id { kind: Kind::Default, ..column.clone() };
        let Some(fact) = self.b.get(&id) else { return false };
        let Body::Default { expression: Some(expression) } = &fact.body else { return false };
        let builtin = [
            "gen_random_uuid(",
            "uuidv4(",
            "uuidv7(",
            "nextval(",
            "clock_timestamp(",
            "random(",
            "timeofday(",
            "uuid_generate_v",
            "gen_random_bytes(",
            "txid_current(",
            "pg_current_xact_id(",
            "statement_timestamp_volatile(",
        ];
        builtin.iter().any(|name| expression.contains(name))
            || fact.deps.iter().any(|dep| match self.b.get(dep).map(|fact| &fact.body) {
                Some(Body::Function(function)) => function.volatility == "v",
                _ => dep.kind == Kind::Extension || dep.kind == Kind::Sequence,
            })
    }
}

fn parent(fact: &Fact) -> &str {
    fact.parent.as_ref().map_or("", |table| &table.name)
}
