//! Forms that lock briefly, at the price of more files.

use super::create::constraint_definition;
use super::graph::{Mode, Step, Verb};
use super::planner::Planner;
use super::sql::{lower, title, with};
use crate::facts::{Body, Constraint, ConstraintKind, Fact};

/// Whether an index can go without a lock that stops reading.
pub(super) fn can_drop(fact: &Fact) -> bool {
    matches!(&fact.body, Body::Index(index) if !index.partitioned)
}

/// The step that makes something on a table in use, as one or two that lock it briefly.
pub(super) fn create<'a>(
    planner: &Planner<'a>,
    fact: &'a Fact,
    mut step: Step<'a>,
) -> Vec<Step<'a>> {
    let (id, name) = (&fact.id, &fact.id.name);
    let table = id.of_name();
    let mut then = Step::new(Verb::Finish, id);
    then.mode = Mode::Later;
    let partitioned = fact
        .parent
        .as_ref()
        .and_then(|table| planner.table(planner.b, table))
        .is_some_and(|table| table.partition_by.is_some());
    match &fact.body {
        Body::Index(index) if !index.partitioned => {
            let mut statements = planner.create_index(fact, index, "concurrently").into_iter();
            step.sql = statements.next().into_iter().collect();
            step.mode = Mode::Solo;
            then.sql = statements.collect();
            then.comment = format!("Finish {}", title(planner.b, id));
            if planner.drop.contains(id) {
                let old = super::create::old_name(name);
                let (schema, _) = super::sql::qualified(name);
                if !then.sql.is_empty() {
                    step.sql = planner.create_index(fact, index, "");
                    step.mode = Mode::Together;
                    then.sql.clear();
                }
                then.sql.push(format!("drop index concurrently {schema}.{old}"));
                then.comment = format!("Drop the old {}", title(planner.b, id));
                then.mode = Mode::Solo;
            }
        }
        Body::Constraint(constraint) => match constraint.kind {
            ConstraintKind::ForeignKey if partitioned || !constraint.valid => return vec![step],
            ConstraintKind::Check if !constraint.valid => return vec![step],
            ConstraintKind::ForeignKey | ConstraintKind::Check => {
                let unproven = Constraint { valid: false, ..constraint.clone() };
                step.sql = vec![format!(
                    "alter table {table} add {}",
                    constraint_definition(name, &unproven)
                )];
                then.sql = vec![format!("alter table {table} validate constraint {name}")];
                then.comment = format!("Validate {}", title(planner.b, id));
            }
            ConstraintKind::PrimaryKey | ConstraintKind::Unique if !partitioned => {
                let definition = lower(&constraint.definition);
                let (word, rest) = match definition.strip_prefix("primary key") {
                    Some(rest) => ("primary key", rest),
                    None => ("unique", definition.trim_start_matches("unique")),
                };
                let (rest, distinct) = match rest.strip_prefix(" nulls not distinct") {
                    Some(rest) => (rest, " nulls not distinct"),
                    None => (rest, ""),
                };
                let deferrable = if constraint.deferrable { " deferrable" } else { "" };
                let deferred = if constraint.deferred { " initially deferred" } else { "" };
                let extras: Vec<_> = step.sql.iter().skip(1).cloned().collect();
                step.sql = vec![format!(
                    "create unique index concurrently {name} on {table}{rest}{distinct}{}",
                    with(&constraint.settings)
                )];
                step.comment = format!("Create the index of {}", title(planner.b, id));
                step.mode = Mode::Solo;
                then.sql = vec![format!(
                    "alter table {table} add constraint {name} {word} using index {name}{deferrable}{deferred}"
                )];
                then.sql.extend(extras);
                then.comment = format!("Create {}", title(planner.b, id));
            }
            _ => return vec![step],
        },
        _ => return vec![step],
    }
    vec![step, then]
}

/// `set not null` by way of a check that is proven without stopping writes.
pub(super) fn not_null(mut step: Step<'_>) -> Vec<Step<'_>> {
    let (table, column) = (step.id.of_name(), &step.id.name);
    let check = super::sql::suffixed(column, "_is_not_null");
    let mut then = Step::new(Verb::Finish, step.id);
    then.mode = Mode::Later;
    then.comment = format!("Refuse null in column \"{column}\" of table \"{table}\"");
    let Some(at) = step.sql.iter().position(|sql| sql.ends_with(" set not null")) else {
        return vec![step];
    };
    let set = std::mem::replace(
        &mut step.sql[at],
        format!(
            "alter table {table} add constraint {check} check ({column} is not null) not valid"
        ),
    );
    then.sql = vec![
        format!("alter table {table} validate constraint {check}"),
        set,
        format!("alter table {table} drop constraint {check}"),
    ];
    vec![step, then]
}
