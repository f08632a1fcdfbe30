//! Statements that make an object.

use super::planner::Planner;
use super::sql::{list, literal, lower, sequence_options, settings, suffixed, target, with};
use crate::facts::{
    Body, Column, Constraint, Fact, FunctionKind, Id, Identity, Index, Kind, Policy, Relation,
    Trigger,
};

impl Planner<'_> {
    /// What makes the object, each without its semicolon.
    pub(super) fn create(&self, fact: &Fact) -> Vec<String> {
        let (id, name) = (&fact.id, &fact.id.name);
        let of = id.of_name();
        match &fact.body {
            Body::Schema {} => vec![format!("create schema {name}")],
            Body::Extension { schema } => {
                vec![format!("create extension if not exists {name} with schema {schema}")]
            }
            Body::Enum(body) => {
                let labels: Vec<_> = body.labels.iter().map(|label| literal(label)).collect();
                vec![list(&format!("create type {name} as enum"), &labels, "")]
            }
            Body::Domain(_) => vec![self.create_domain(fact)],
            Body::DomainConstraint { definition, valid } => vec![format!(
                "alter domain {of} add constraint {name} {}{}",
                lower(definition),
                if *valid { "" } else { " not valid" }
            )],
            Body::Composite(body) => {
                let attributes: Vec<_> = body
                    .attributes
                    .iter()
                    .map(|(name, data_type, collation)| {
                        format!("{name} {data_type}{}", collate(collation.as_deref()))
                    })
                    .collect();
                vec![list(&format!("create type {name} as"), &attributes, "")]
            }
            Body::Range(body) => {
                let option = |name: &str, value: &Option<String>| {
                    value.as_ref().map(|value| format!("{name} = {value}"))
                };
                let options: Vec<_> = [
                    option("subtype", &Some(body.subtype.clone())),
                    option("subtype_opclass", &body.opclass),
                    option("collation", &body.collation),
                    option("subtype_diff", &body.subtype_diff),
                    option("multirange_type_name", &Some(body.multirange.clone())),
                ]
                .into_iter()
                .flatten()
                .collect();
                vec![list(&format!("create type {name} as range"), &options, "")]
            }
            Body::Sequence(body) => {
                let unlogged = if body.unlogged { "unlogged " } else { "" };
                let options = sequence_options(body, false);
                let between = if options.is_empty() { "" } else { " " };
                vec![format!("create {unlogged}sequence {name}{between}{}", options.join(" "))]
            }
            Body::SequenceOwner { table, column } => {
                vec![format!("alter sequence {of} owned by {table}.{column}")]
            }
            Body::Function(_) => vec![function(fact, false)],
            Body::Table(table) => self.create_table(fact, table),
            Body::Column(column) => {
                let default = self.default_of(id);
                let mut statements = vec![format!(
                    "alter table {of} add column {}",
                    column_definition(name, column, default, of)
                )];
                statements.extend(column_extras(of, name, column));
                statements
            }
            Body::Default { expression } => vec![set_default(of, name, expression.as_deref())],
            Body::Constraint(constraint) => {
                let mut statements = vec![format!(
                    "alter table {of} add {}",
                    constraint_definition(name, constraint)
                )];
                statements.extend(self.after_index(of, name, constraint.clustered));
                statements
            }
            Body::Index(index) => self.create_index(fact, index, ""),
            Body::Statistics { definition, target } => {
                let mut statements = vec![lower(definition)];
                if *target >= 0 {
                    statements.push(format!("alter statistics {name} set statistics {target}"));
                }
                statements
            }
            Body::Relation(relation) => create_relation(id, relation),
            Body::Trigger(trigger) => {
                let mut statements = vec![lower(&trigger.definition)];
                statements.extend(trigger_state(of, name, trigger, "O"));
                statements
            }
            Body::TriggerState { state } => vec![enable_trigger(of, name, state)],
            Body::Policy(policy) => vec![policy_text("create", id, policy)],
            Body::Owner { role } => {
                let of = id.owner().unwrap_or(id);
                vec![format!("alter {} owner to {role}", target(self.b, of))]
            }
            Body::Comment { text } => {
                let of = id.owner().unwrap_or(id);
                vec![format!("comment on {} is {}", target(self.b, of), literal(text))]
            }
            Body::Acl(_) => self.create_acl(fact),
            Body::DefaultAcl(acl) => {
                let mut statements = super::acl::default_privileges(acl, "grant", &acl.granted);
                statements.extend(super::acl::default_privileges(acl, "revoke", &acl.revoked));
                statements
            }
        }
    }

    /// A domain with those of its checks that need nothing that comes later.
    fn create_domain(&self, fact: &Fact) -> String {
        let Body::Domain(domain) = &fact.body else { return String::new() };
        let mut text = format!(
            "create domain {} as {}{}",
            fact.id.name,
            domain.base,
            collate(domain.collation.as_deref())
        );
        if let Some(default) = &domain.default {
            text.push_str(&format!(" default {}", lower(default)));
        }
        if domain.not_null {
            text.push_str(" not null");
        }
        for part in self.parts(&fact.id).filter(|part| self.inline.contains(&part.id)) {
            if let Body::DomainConstraint { definition, .. } = &part.body {
                text.push_str(&format!("\n  constraint {} {}", part.id.name, lower(definition)));
            }
        }
        text
    }

    pub(super) fn create_index(&self, fact: &Fact, index: &Index, how: &str) -> Vec<String> {
        let name = &fact.id.name;
        let text = lower(&index.definition);
        let text = match text.split_once(" index ") {
            Some((head, rest)) if !how.is_empty() => format!("{head} index {how} {rest}"),
            _ => text,
        };
        let mut statements = vec![text];
        for (column, target) in &index.statistics {
            statements
                .push(format!("alter index {name} alter column {column} set statistics {target}"));
        }
        let (_, short) = super::sql::qualified(name);
        if let Some(table) = &fact.parent {
            statements.extend(self.after_index(&table.name, short, index.clustered));
        }
        statements
    }

    /// What a table says about an index that has just been made.
    pub(super) fn after_index(&self, table: &str, index: &str, clustered: bool) -> Vec<String> {
        let mut statements = Vec::new();
        if clustered {
            statements.push(format!("alter table {table} cluster on {index}"));
        }
        if let Some(Body::Table(body)) =
            self.b.get(&Id::new(Kind::Table, table)).map(|fact| &fact.body)
            && body.replica_identity.strip_prefix("i:") == Some(index)
        {
            statements.push(format!("alter table {table} replica identity using index {index}"));
        }
        statements
    }
}

pub(super) fn collate(collation: Option<&str>) -> String {
    collation.map(|collation| format!(" collate {collation}")).unwrap_or_default()
}

/// `create [or replace] function …`.
pub(super) fn function(fact: &Fact, replace: bool) -> String {
    let Body::Function(function) = &fact.body else { return String::new() };
    let text = lower(&function.definition);
    match text.strip_prefix("create or replace ") {
        Some(rest) if !replace && function.kind != FunctionKind::Aggregate => {
            format!("create {rest}").trim_end().to_owned()
        }
        _ => text.trim_end().to_owned(),
    }
}

/// A column in `create table` or `add column`.
pub(super) fn column_definition(
    name: &str,
    column: &Column,
    default: Option<&str>,
    table: &str,
) -> String {
    let mut text = format!("{name} {}{}", column.data_type, collate(column.collation.as_deref()));
    if let Some(method) = &column.compression {
        text.push_str(&format!(" compression {}", compression(method)));
    }
    if let Some(generated) = &column.generated {
        let how = if generated.stored { "stored" } else { "virtual" };
        text.push_str(&format!(" generated always as ({}) {how}", lower(&generated.expression)));
    }
    if let Some(default) = default {
        text.push_str(&format!(" default {}", lower(default)));
    }
    if let Some(identity) = &column.identity {
        text.push(' ');
        text.push_str(&identity_definition(identity, table, name));
    }
    if column.not_null {
        text.push_str(" not null");
    }
    text
}

/// `generated … as identity (…)`.
pub(super) fn identity_definition(identity: &Identity, table: &str, column: &str) -> String {
    let mut options = sequence_options(&identity.sequence, true);
    let plain = |text: &str| text.replace('"', "");
    if plain(&identity.name) != format!("{}_{}_seq", plain(table), plain(column)) {
        options.insert(0, format!("sequence name {}", identity.name));
    }
    let how = if identity.always { "always" } else { "by default" };
    let options =
        if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    format!("generated {how} as identity{options}")
}

/// `pglz` or `lz4` by their letter.
pub(super) fn compression(letter: &str) -> &str {
    if letter == "l" { "lz4" } else { "pglz" }
}

pub(super) fn storage(letter: &str) -> &'static str {
    match letter {
        "p" => "plain",
        "e" => "external",
        "m" => "main",
        _ => "extended",
    }
}

/// What a new column needs that its definition cannot say.
pub(super) fn column_extras(table: &str, name: &str, column: &Column) -> Vec<String> {
    let prefix = format!("alter table {table} alter column {name}");
    let mut statements = Vec::new();
    if let Some(letter) = &column.storage {
        statements.push(format!("{prefix} set storage {}", storage(letter)));
    }
    if column.statistics >= 0 {
        statements.push(format!("{prefix} set statistics {}", column.statistics));
    }
    if !column.settings.is_empty() {
        statements.push(format!("{prefix} set ({})", settings(&column.settings)));
    }
    statements
}

pub(super) fn set_default(table: &str, column: &str, expression: Option<&str>) -> String {
    let prefix = format!("alter table {table} alter column {column}");
    match expression {
        Some(expression) => format!("{prefix} set default {}", lower(expression)),
        None => format!("{prefix} drop default"),
    }
}

/// `constraint name …` with what PostgreSQL prints apart.
pub(super) fn constraint_definition(name: &str, constraint: &Constraint) -> String {
    let definition = format!("{}{}", lower(&constraint.definition), with(&constraint.settings));
    let deferrable = if constraint.deferrable { " deferrable" } else { "" };
    let deferred = if constraint.deferred { " initially deferred" } else { "" };
    let valid = if constraint.valid { "" } else { " not valid" };
    format!("constraint {name} {definition}{deferrable}{deferred}{valid}")
}

pub(super) fn create_relation(id: &Id, relation: &Relation) -> Vec<String> {
    let (kind, name) = (id.kind.name(), &id.name);
    let query = lower(&relation.query);
    let mut statements =
        vec![format!("create {kind} {name}{} as\n{query}", with(&relation.settings))];
    statements.extend(relation.defaults.iter().map(|(column, default)| {
        format!("alter view {name} alter column {column} set default {}", lower(default))
    }));
    statements
}

/// Nothing, or what changes the state of a trigger that has another one.
pub(super) fn trigger_state(
    table: &str,
    name: &str,
    trigger: &Trigger,
    now: &str,
) -> Option<String> {
    (trigger.state != now).then(|| enable_trigger(table, name, &trigger.state))
}

pub(super) fn enable_trigger(table: &str, name: &str, state: &str) -> String {
    let how = match state {
        "D" => "disable",
        "R" => "enable replica",
        "A" => "enable always",
        _ => "enable",
    };
    format!("alter table {table} {how} trigger {name}")
}

/// `create policy …` or `alter policy …`.
pub(super) fn policy_text(verb: &str, id: &Id, policy: &Policy) -> String {
    let mut text = format!("{verb} policy {} on {}", id.name, id.of_name());
    if verb == "create" {
        let kind = if policy.permissive { "permissive" } else { "restrictive" };
        let command = match policy.command.as_str() {
            "r" => "select",
            "a" => "insert",
            "w" => "update",
            "d" => "delete",
            _ => "all",
        };
        text.push_str(&format!(" as {kind} for {command}"));
    }
    text.push_str(&format!(" to {}", policy.roles.join(", ").replace("PUBLIC", "public")));
    if let Some(using) = &policy.using {
        text.push_str(&format!("\n  using ({})", lower(using)));
    }
    if let Some(check) = &policy.check {
        text.push_str(&format!("\n  with check ({})", lower(check)));
    }
    text
}

/// `alter table … replica identity …`, if it is another one.
pub(super) fn replica_identity(table: &str, from: &str, to: &str) -> Option<String> {
    let how = match to {
        _ if from == to => return None,
        "d" => "default".to_owned(),
        "f" => "full".to_owned(),
        "n" => "nothing".to_owned(),
        index => format!("using index {}", index.trim_start_matches("i:")),
    };
    Some(format!("alter table {table} replica identity {how}"))
}

/// The name that the old type has while columns move to the new one.
pub(super) fn old_name(name: &str) -> String {
    suffixed(super::sql::qualified(name).1, "__old")
}
